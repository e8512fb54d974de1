package dev.sluice.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;

/**
 * Sends a stream's end together with its last bytes, between the codec, which cannot, and the network. Never alone: an
 * end that has to wait for the congestion window by itself is forgotten by quiche when the bytes before it are
 * acknowledged meanwhile, and the client waits for it in vain. Owned by the connection's event loop.
 */
final class StreamEnd extends ChannelOutboundHandlerAdapter {
    private boolean lastFollows;

    /** The bytes that are written next are the stream's last. */
    void lastFollows() {
        lastFollows = true;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (lastFollows && message instanceof ByteBuf bytes) {
            lastFollows = false;
            ctx.write(new DefaultQuicStreamFrame(bytes, true), promise);
        } else {
            ctx.write(message, promise);
        }
    }
}
