package dev.sluice.net;

import dev.sluice.buffer.TransferReads;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Locale;

/** One bound server socket, on the wildcard address of both IP versions where the system has them. */
public final class Listener {
    private static final int BACKLOG = 4096;

    private final String name;
    private final Channel channel;

    /**
     * Lets the loop first go through all events of one look at its sockets: a socket that was closed meanwhile may have
     * left its number to one just accepted, which would get the event that is still to come for the old one.
     */
    @Sharable
    private static final class AfterEvents extends ChannelInboundHandlerAdapter {
        static final AfterEvents INSTANCE = new AfterEvents();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object accepted) {
            ctx.executor().execute(() -> ctx.fireChannelRead(accepted));
        }
    }

    private Listener(String name, Channel channel) {
        this.name = name;
        this.channel = channel;
    }

    /**
     * Binds and accepts. Blocking; not for event loops.
     *
     * @param name for the status, such as http
     * @param port 0 for any free one
     * @param loops one of them accepts, and all take turns to have what was accepted
     * @param initializer lays out each connection's pipeline
     * @throws IOException with kamal-proxy's words, such as {@code listen tcp :80: bind: address already in use}
     */
    public static Listener bind(
            String name, int port, Transport transport, EventLoopGroup loops, ChannelHandler initializer)
            throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(transport.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, TransferReads.of(transport.channel()))
                .handler(AfterEvents.INSTANCE)
                .childHandler(initializer)
                .bind(new InetSocketAddress(port))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw failure("tcp", port, bound.cause());
        }
        return new Listener(name, bound.channel());
    }

    static IOException failure(String network, int port, Throwable cause) {
        return new IOException("listen " + network + " :" + port + ": bind: " + reason(cause), cause);
    }

    private static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof BindException || message.contains("Address already in use")) {
            return message.contains("ermission") ? "permission denied" : "address already in use";
        }
        return message.contains("ermission denied") ? "permission denied" : message.toLowerCase(Locale.ROOT);
    }

    public String name() {
        return name;
    }

    /** The port that was bound. */
    public int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Address and port, as {@code [::]:80}. */
    public String address() {
        return "[::]:" + port();
    }

    /** Takes no more connections; those that are there go on. */
    public void close() {
        channel.close().awaitUninterruptibly();
    }
}
