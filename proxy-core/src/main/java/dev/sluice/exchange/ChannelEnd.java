package dev.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A whole connection as the end of a tunnel; stands in its pipeline where the HTTP handlers were. */
final class ChannelEnd extends ChannelInboundHandlerAdapter implements TunnelEnd {
    private final Listener listener;
    private @Nullable Channel channel;

    ChannelEnd(Listener listener) {
        this.listener = listener;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
    }

    @Override
    public void write(ByteBuf data) {
        channel().write(data, channel().voidPromise());
    }

    @Override
    public void flush() {
        channel().flush();
    }

    @Override
    public boolean writable() {
        return channel().isWritable();
    }

    @Override
    public void reading(boolean wanted) {
        if (channel().config().isAutoRead() != wanted) {
            channel().config().setAutoRead(wanted);
        }
    }

    @Override
    public void finish() {
        if (channel().isActive()) {
            channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void close() {
        channel().close();
    }

    private Channel channel() {
        return Objects.requireNonNull(channel, "not in a pipeline");
    }

    // -- what comes in

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof ByteBuf data) {
            listener.data(data);
        } else {
            ReferenceCountUtil.release(msg);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        listener.readComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        listener.writabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        listener.ended();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
