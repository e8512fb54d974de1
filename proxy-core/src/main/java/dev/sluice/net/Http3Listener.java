package dev.sluice.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.codec.quic.Quic;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * The UDP port of HTTP/3, on the wildcard address of both IP versions where the system has them. One socket on one event
 * loop: connections move with their clients' addresses, so the kernel could not spread them over several.
 */
public final class Http3Listener {
    // Bursts wait there for the event loop. The system may allow less (net.core.rmem_max, net.core.wmem_max).
    private static final int SOCKET_BUFFER = 4 << 20;
    private static final int DATAGRAM_BYTES = 2048;
    // Received with one call where the system can.
    private static final int DATAGRAMS = 16;

    private final Channel channel;

    private Http3Listener(Channel channel) {
        this.channel = channel;
    }

    /**
     * Binds and serves. Blocking; not for event loops.
     *
     * @param pipeline of {@link ConnectionPipeline#http3}
     * @throws IOException when the port cannot be had, with kamal-proxy's words, or the machine has no QUIC
     */
    public static Http3Listener bind(int port, Transport transport, EventLoopGroup loops, ChannelHandler pipeline)
            throws IOException {
        Bootstrap bootstrap = new Bootstrap()
                .group(loops)
                .channel(transport.datagramChannel())
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(DATAGRAM_BYTES))
                .handler(pipeline);
        if (transport.name().equals("epoll")) {
            bootstrap
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DATAGRAM_BYTES)
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(DATAGRAM_BYTES * DATAGRAMS));
        }
        ChannelFuture bound = bootstrap.bind(new InetSocketAddress(port)).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw Listener.failure("udp", port, bound.cause());
        }
        return new Http3Listener(bound.channel());
    }

    /**
     * Looks whether QUIC can be spoken here. Loads native code; blocking.
     *
     * @throws IOException when it cannot, with the reason
     */
    public static void check() throws IOException {
        if (!Quic.isAvailable()) {
            throw new IOException("HTTP/3 is not available on this machine: " + Quic.unavailabilityCause());
        }
    }

    public String name() {
        return "http3";
    }

    /** Address and port, as {@code [::]:443}. */
    public String address() {
        return "[::]:" + ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Closes the port and what is left of its connections. */
    public void close() {
        channel.close().awaitUninterruptibly();
    }
}
