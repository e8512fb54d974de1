package dev.sluice.net;

import dev.sluice.exchange.ConnectionInfo;
import dev.sluice.exchange.CountedFields;
import dev.sluice.exchange.Http1Client;
import dev.sluice.exchange.Http1Guard;
import dev.sluice.exchange.RequestDecoder;
import dev.sluice.exchange.RequestPath;
import dev.sluice.exchange.Worker;
import dev.sluice.exchange.Workers;
import dev.sluice.http.TrustedPeers;
import dev.sluice.tls.CertificateLookup;
import dev.sluice.tls.ClientHelloGate;
import dev.sluice.tls.HandshakeFailures;
import dev.sluice.tls.QuicHandshakes;
import dev.sluice.tls.SniContexts;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a client connection passes through, handler by handler: plain, over TLS, HTTP/1 and HTTP/2. */
public final class ConnectionPipeline {
    private static final int MAX_LINE = 64 * 1024;
    private static final int MAX_CHUNK = 256 * 1024;

    private final RequestPath path;
    private final Workers workers;
    private final CertificateLookup certificates;
    private final SniContexts contexts;
    private final HandshakeFailures handshakeFailures;
    private final ClientCount clients;
    private final @Nullable TrustedPeers announced;
    private final LastHandler last = new LastHandler();
    // What clients on the TLS port are told of HTTP/3; null when it is not served.
    private volatile @Nullable String alternative;

    public ConnectionPipeline(
            RequestPath path,
            Workers workers,
            CertificateLookup certificates,
            SniContexts contexts,
            HandshakeFailures handshakeFailures) {
        this(path, workers, certificates, contexts, handshakeFailures, null);
    }

    /**
     * @param announced load balancers whose connections begin with a PROXY header; null for none
     */
    public ConnectionPipeline(
            RequestPath path,
            Workers workers,
            CertificateLookup certificates,
            SniContexts contexts,
            HandshakeFailures handshakeFailures,
            @Nullable TrustedPeers announced) {
        this.announced = announced;
        this.path = path;
        this.workers = workers;
        this.clients = new ClientCount(workers.limits().connections(), workers.limitHits());
        this.certificates = certificates;
        this.contexts = contexts;
        this.handshakeFailures = handshakeFailures;
    }

    /**
     * The HTTP port.
     *
     * @param port as configured, for the log
     */
    public ChannelHandler plain(int port) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                behindBalancer(ch, known -> {
                    http1(known, info(known, ClientHelloGate.client(known), port, null));
                    known.pipeline().addLast(last);
                });
            }
        };
    }

    /** The HTTPS port. */
    public ChannelHandler tls(int port) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                behindBalancer(
                        ch,
                        known -> known.pipeline()
                                .addLast(new ClientHelloGate(certificates, contexts, handshakeFailures))
                                .addLast(new ProtocolChoice(port))
                                .addLast(last));
            }
        };
    }

    /** Lays out a connection once its client is known, if there are not too many. */
    private void behindBalancer(Channel ch, Consumer<Channel> layout) {
        Consumer<Channel> admitted = known -> {
            if (clients.admit(known, ClientHelloGate.client(known))) {
                layout.accept(known);
            }
        };
        if (announced != null
                && ch.remoteAddress() instanceof InetSocketAddress peer
                && peer.getAddress() != null
                && announced.contains(peer.getAddress().getAddress())) {
            ch.pipeline().addLast(new ProxyProtocolGate(workers.limits().times().head(), admitted));
        } else {
            admitted.accept(ch);
        }
    }

    /**
     * The UDP port of HTTP/3. Loads native code.
     *
     * @param port as configured, for the log
     */
    public ChannelHandler http3(int port) {
        return new Http3Pipeline(path, workers, clients, new QuicHandshakes(certificates, handshakeFailures), port)
                .datagrams();
    }

    /** Tells the clients of the TLS port from now on that HTTP/3 is served on this port, which is bound. */
    public void advertiseHttp3(int port) {
        alternative = "h3=\":" + port + "\"; ma=2592000";
    }

    private void http1(Channel ch, ConnectionInfo info) {
        Worker worker = workers.of(ch.eventLoop());
        ChannelPipeline pipeline = ch.pipeline();
        HttpDecoderConfig limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE)
                .setMaxHeaderSize(worker.limits().heads().bytes())
                .setHeadersFactory(CountedFields.factory(worker.limits().heads().fields()))
                .setTrailersFactory(
                        CountedFields.factory(worker.limits().heads().fields()))
                .setMaxChunkSize(MAX_CHUNK);
        // How many requests are pipelined is not limited here: the client's handler stops the reading, so they are as
        // many as one read brings.
        pipeline.addLast(new RequestDecoder(limits));
        pipeline.addLast(new HttpResponseEncoder());
        pipeline.addLast(new Http1Guard(worker.limitHits(), info.peerAddress()));
        pipeline.addLast(new Http1Client(path, worker, info));
    }

    private void http2(Channel ch, ConnectionInfo info) {
        ch.pipeline().addLast(Http2Streams.create(path, workers.of(ch.eventLoop()), info));
    }

    /**
     * @param client where the connection comes from
     * @param tlsVersion null for a plain connection
     */
    static ConnectionInfo info(Channel ch, @Nullable SocketAddress client, int port, @Nullable String tlsVersion) {
        InetSocketAddress peer = (InetSocketAddress) client;
        InetAddress address = peer == null ? null : peer.getAddress();
        String text = address == null ? "" : plainAddress(address.getHostAddress());
        String serverName = ch.attr(ClientHelloGate.SERVER_NAME).get();
        return new ConnectionInfo(text, peer == null ? 0 : peer.getPort(), port, tlsVersion, serverName);
    }

    private static String plainAddress(String address) {
        int zone = address.indexOf('%');
        return zone < 0 ? address : address.substring(0, zone);
    }

    /** Lays out the protocol that ALPN chose, once the handshake is done. */
    private final class ProtocolChoice extends ApplicationProtocolNegotiationHandler {
        private final int port;

        ProtocolChoice(int port) {
            super(ApplicationProtocolNames.HTTP_1_1);
            this.port = port;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            Channel ch = ctx.channel();
            SslHandler ssl = Objects.requireNonNull(ch.pipeline().get(SslHandler.class));
            ConnectionInfo info = info(
                            ch,
                            ClientHelloGate.client(ch),
                            port,
                            ssl.engine().getSession().getProtocol())
                    .withAlternative(alternative);
            ch.pipeline().remove(last);
            if (ApplicationProtocolNames.HTTP_2.equals(protocol)) {
                http2(ch, info);
            } else {
                http1(ch, info);
            }
            ch.pipeline().addLast(last);
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
            // Counted where the handshake is made; a line for each would only serve those who make them fail.
            ctx.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
