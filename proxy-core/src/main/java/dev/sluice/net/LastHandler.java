package dev.sluice.net;

import dev.sluice.observe.Events;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import javax.net.ssl.SSLException;

/**
 * The end of every pipeline: releases what nobody took, and sorts what nobody handled: a broken connection is the
 * peer's business and passed over, anything else is a fault of ours and logged. Either way the connection is closed.
 */
@Sharable
final class LastHandler extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ReferenceCountUtil.release(msg);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Throwable root = cause instanceof io.netty.handler.codec.DecoderException && cause.getCause() != null
                ? cause.getCause()
                : cause;
        if (root instanceof IOException || root instanceof SSLException) {
            Events.debug("Connection broken", "error", root.toString());
        } else {
            unexpected(root);
        }
        ctx.close();
    }

    static void unexpected(Throwable cause) {
        Events.error("Unexpected failure on a connection", "error", cause.toString(), "at", firstFrame(cause));
    }

    private static String firstFrame(Throwable cause) {
        StackTraceElement[] frames = cause.getStackTrace();
        return frames.length == 0 ? "" : frames[0].toString();
    }
}
