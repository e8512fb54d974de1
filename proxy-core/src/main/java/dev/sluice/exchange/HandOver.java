package dev.sluice.exchange;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;

/** An HTTP/1 connection that has switched protocols, and how it does. The tunnel's own end is told elsewhere. */
record HandOver(Channel channel) implements ClientConnection {

    /**
     * Takes the HTTP handlers out of the pipeline; bytes already read go to {@code successor}.
     *
     * @param ctx of the handler that was the HTTP connection
     */
    static void to(ChannelHandler successor, ChannelHandlerContext ctx) {
        ctx.pipeline().replace(ctx.handler(), "tunnel", successor);
        ctx.pipeline().remove(Http1Guard.class);
        ctx.pipeline().remove(RequestDecoder.class);
    }

    @Override
    public void finish() {}

    @Override
    public void look(long now) {
        // A tunnel may be silent for as long as both ends like.
    }

    @Override
    public boolean busy() {
        return false;
    }

    @Override
    public void close() {
        channel.close();
    }
}
