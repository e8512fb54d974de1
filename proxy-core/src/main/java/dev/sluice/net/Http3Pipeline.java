package dev.sluice.net;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.exchange.RequestPath;
import dev.sluice.exchange.Workers;
import dev.sluice.observe.Events;
import dev.sluice.tls.QuicHandshakes;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.handler.codec.http3.DefaultHttp3SettingsFrame;
import io.netty.handler.codec.http3.Http3ServerConnectionHandler;
import io.netty.handler.codec.http3.Http3Settings;
import io.netty.handler.codec.http3.Http3SettingsFrame;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * What the datagrams of the UDP port pass through: QUIC, which makes a channel for each connection, and HTTP/3 in it,
 * which has one for each stream. All of them live on the event loop of the port.
 */
final class Http3Pipeline {
    // Control and the two of QPACK (RFC 9114 6.2), and some that are for nothing.
    private static final long CONTROL_STREAMS = 8;
    private static final long CONTROL_WINDOW = 16 * 1024;
    // Datagrams of one connection that the kernel takes, and the network card may send, in one piece.
    private static final int SEGMENTS = 16;
    // Passes nearly every path; what does not pass is lost, and QUIC is not told.
    private static final long SENT_DATAGRAM_BYTES = 1350;
    // Ethernet's, less the headers of IPv6 and UDP.
    private static final long RECEIVED_DATAGRAM_BYTES = 1452;

    private final RequestPath path;
    private final Workers workers;
    private final ClientCount clients;
    private final QuicHandshakes handshakes;
    private final int port;

    /**
     * @param port as configured, for the log
     */
    Http3Pipeline(RequestPath path, Workers workers, ClientCount clients, QuicHandshakes handshakes, int port) {
        this.path = path;
        this.workers = workers;
        this.clients = clients;
        this.handshakes = handshakes;
        this.port = port;
    }

    /** Of the UDP port's channel. */
    ChannelHandler datagrams() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                ch.pipeline().addLast(quic(ch)).addLast(new Broken());
            }
        };
    }

    private ChannelHandler quic(Channel udp) {
        EdgeLimits limits = workers.limits();
        return new QuicServerCodecBuilder()
                .sslEngineProvider(handshakes::engine)
                .tokenHandler(new RetryTokens())
                .maxIdleTimeout(Http3Connection.IDLE.toMillis(), TimeUnit.MILLISECONDS)
                .maxSendUdpPayloadSize(SENT_DATAGRAM_BYTES)
                .maxRecvUdpPayloadSize(RECEIVED_DATAGRAM_BYTES)
                .initialMaxData(limits.http2().connectionWindow())
                .initialMaxStreamDataBidirectionalRemote(limits.http2().streamWindow())
                .initialMaxStreamDataUnidirectional(CONTROL_WINDOW)
                .initialMaxStreamsBidirectional(limits.http2().streams())
                .initialMaxStreamsUnidirectional(CONTROL_STREAMS)
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, segments(udp))
                .handler(new ChannelInitializer<QuicChannel>() {
                    @Override
                    protected void initChannel(QuicChannel ch) {
                        connection(ch);
                    }
                })
                .build();
    }

    private static SegmentedDatagramPacketAllocator segments(Channel udp) {
        return udp instanceof EpollDatagramChannel
                ? EpollQuicUtils.newSegmentedAllocator(SEGMENTS)
                : SegmentedDatagramPacketAllocator.NONE;
    }

    private void connection(QuicChannel ch) {
        if (!clients.admit(ch, ch.remoteSocketAddress())) {
            return;
        }
        Http3Connection connection = new Http3Connection(path, workers.of(ch.eventLoop()), handshakes, ch, port);
        ch.pipeline()
                .addLast(new Http3ServerConnectionHandler(connection.streams(), null, null, settings(), true))
                .addLast(connection);
    }

    // The codec ends the connection over a larger head; what is a little too large is answered with 431.
    private Http3SettingsFrame settings() {
        return new DefaultHttp3SettingsFrame(Http3Settings.defaultSettings()
                .maxFieldSectionSize(2L * workers.limits().heads().bytes()));
    }

    /** The end of the port's pipeline: a datagram that is none of QUIC's, or could not be sent, ends nothing. */
    private static final class Broken extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            Events.debug("Broken datagram", "error", cause.toString());
        }
    }
}
