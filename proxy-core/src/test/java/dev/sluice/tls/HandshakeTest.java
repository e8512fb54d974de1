package dev.sluice.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole handshakes over sockets, with the JDK's client. */
class HandshakeTest {
    private static final X509Bundle ONE = TestCertificates.bundle("one.test");
    private static final X509Bundle TWO = TestCertificates.bundle("two.test");

    private final SniContexts contexts = new SniContexts();
    private final HandshakeFailures failures = new HandshakeFailures();
    private final Map<String, Certificate> certificates = new ConcurrentHashMap<>();
    private final Map<String, Certificate> rsaOnly = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Certificate>> obtained = new ConcurrentHashMap<>();
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ChannelGroup connections = new DefaultChannelGroup(group.next());
    private Channel server;

    @BeforeEach
    void listen() {
        certificates.put("one.test", TestCertificates.certificate(ONE));
        certificates.put("two.test", TestCertificates.certificate(TWO));
        server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        channel.pipeline()
                                .addLast(new ClientHelloGate(lookup(), contexts, failures))
                                .addLast(new Echo());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    @AfterEach
    void close() {
        server.close().syncUninterruptibly();
        connections.close().syncUninterruptibly();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        contexts.close();
    }

    private CertificateLookup lookup() {
        return new CertificateLookup() {
            @Override
            public @Nullable Certificate find(ClientHello hello) {
                return HandshakeTest.this.find(hello);
            }

            @Override
            public @Nullable CompletionStage<Certificate> obtain(ClientHello hello) {
                return hello.serverName() == null ? null : obtained.get(hello.serverName());
            }
        };
    }

    private @Nullable Certificate find(ClientHello hello) {
        String serverName = hello.serverName();
        if (serverName != null && !hello.ecdsa() && rsaOnly.containsKey(serverName)) {
            return rsaOnly.get(serverName);
        }
        return certificates.get(serverName == null ? "one.test" : serverName);
    }

    private static final class Recorder extends ChannelInboundHandlerAdapter {
        private final ByteArrayOutputStream received;

        Recorder(ByteArrayOutputStream received) {
            this.received = received;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            received.writeBytes(ByteBufUtil.getBytes((ByteBuf) message));
            ctx.fireChannelRead(message);
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    private static SSLContext client() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAll()}, null);
        return context;
    }

    private SSLSocket connect(SSLContext client, @Nullable String serverName, String... protocols) throws IOException {
        InetSocketAddress address = (InetSocketAddress) server.localAddress();
        SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket();
        socket.setSoTimeout(10_000);
        socket.connect(address);
        SSLParameters parameters = socket.getSSLParameters();
        if (serverName != null) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        if (protocols.length > 0) {
            parameters.setProtocols(protocols);
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    // Goes on until application data came back, so that tickets, which come before it, have been read.
    private static void echo(SSLSocket socket) throws IOException {
        socket.startHandshake();
        socket.getOutputStream().write('x');
        assertThat(socket.getInputStream().read()).isEqualTo('x');
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void eachNameGetsItsCertificate(String version) throws Exception {
        for (Map.Entry<String, X509Bundle> served :
                Map.of("one.test", ONE, "two.test", TWO).entrySet()) {
            try (SSLSocket socket = connect(client(), served.getKey(), version)) {
                echo(socket);
                assertThat(socket.getSession().getPeerCertificates())
                        .containsExactly(served.getValue().getCertificate());
                assertThat(socket.getSession().getProtocol()).isEqualTo(version);
                assertThat(socket.getSession().getCipherSuite()).containsAnyOf("_GCM_", "_POLY1305_");
            }
        }
        assertThat(failures.total().sum()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"ecp256", "ecp384", "rsa2048", "ed25519"})
    void everyCommonKindOfKeyServes(Algorithm algorithm) throws Exception {
        X509Bundle bundle = TestCertificates.bundle(algorithm, "kind.test");
        certificates.put("kind.test", TestCertificates.certificate(bundle));
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            try (SSLSocket socket = connect(client(), "kind.test", version)) {
                echo(socket);
                assertThat(socket.getSession().getPeerCertificates()).containsExactly(bundle.getCertificate());
            }
        }
    }

    @Test
    void aWholeChainIsSent() throws Exception {
        certificates.put(
                "chain.test",
                new Certificate(
                        List.of(ONE.getCertificate(), TWO.getCertificate()),
                        ONE.getKeyPair().getPrivate()));
        try (SSLSocket socket = connect(client(), "chain.test")) {
            echo(socket);
            assertThat(socket.getSession().getPeerCertificates())
                    .containsExactly(ONE.getCertificate(), TWO.getCertificate());
        }
    }

    @Test
    void anUnknownNameIsRefusedWithInternalError() throws Exception {
        try (SSLSocket socket = connect(client(), "unknown.test")) {
            assertThatThrownBy(socket::startHandshake)
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("internal_error");
        }
        await().until(() -> failures.total().sum() == 1);
    }

    @Test
    void aClientWithoutACipherInCommonIsRefusedAndCounted() throws Exception {
        try (SSLSocket socket = connect(client(), "one.test", "TLSv1.2")) {
            socket.setEnabledCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"});
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
        }
        await().until(() -> failures.total().sum() == 1);
    }

    @ParameterizedTest
    @CsvSource({"h2 http/1.1,h2", "http/1.1,http/1.1", "h3,''", "'',''"})
    void theProtocolIsChosenByAlpn(String offered, String chosen) throws Exception {
        try (SSLSocket socket = connect(client(), "one.test")) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(offered.isEmpty() ? new String[0] : offered.split(" "));
            socket.setSSLParameters(parameters);
            echo(socket);
            assertThat(socket.getApplicationProtocol()).isEqualTo(chosen);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void sessionsAreResumedWithTickets(String version) throws Exception {
        SSLContext client = client();
        long first = created(client, "one.test", version);
        assertThat(created(client, "one.test", version)).isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aTicketIsWorthNothingWithAnotherCertificate(String version) throws Exception {
        SSLContext client = client();
        long first = created(client, "one.test", version);
        certificates.put("one.test", TestCertificates.certificate("one.test"));
        assertThat(created(client, "one.test", version)).isGreaterThan(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aTicketOutlivesOneChangeOfKeysButNotTwo(String version) throws Exception {
        SSLContext client = client();
        long first = created(client, "one.test", version);
        contexts.rotateTicketKeys();
        assertThat(created(client, "one.test", version)).isEqualTo(first);
        // The resumed connection has left a ticket with the new key, which TLS 1.2 clients here do not take over.
        contexts.rotateTicketKeys();
        contexts.rotateTicketKeys();
        assertThat(created(client, "one.test", version)).isGreaterThan(first);
    }

    @Test
    void theCertificateIsOneThatTheClientCanCheck() throws Exception {
        X509Bundle rsa = TestCertificates.bundle(Algorithm.rsa2048, "both.test");
        rsaOnly.put("both.test", TestCertificates.certificate(rsa));
        certificates.put("both.test", TestCertificates.certificate("both.test"));
        try (SSLSocket socket = connect(client(), "both.test", "TLSv1.2")) {
            socket.setEnabledCipherSuites(new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
            echo(socket);
            assertThat(socket.getSession().getPeerCertificates()).containsExactly(rsa.getCertificate());
        }
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            try (SSLSocket socket = connect(client(), "both.test", version)) {
                echo(socket);
                assertThat(socket.getSession()
                                .getPeerCertificates()[0]
                                .getPublicKey()
                                .getAlgorithm())
                        .isEqualTo("EC");
            }
        }
    }

    @Test
    void aHandshakeWaitsForItsCertificateAndHoldsNobodyUp() throws Exception {
        CompletableFuture<Certificate> coming = new CompletableFuture<>();
        obtained.put("coming.test", coming);
        try (SSLSocket waiting = connect(client(), "coming.test")) {
            CompletableFuture<Void> handshake = CompletableFuture.runAsync(() -> {
                try {
                    echo(waiting);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (SSLSocket other = connect(client(), "one.test")) {
                echo(other);
            }
            assertThat(handshake).isNotDone();
            coming.complete(TestCertificates.certificate(TWO));
            handshake.get(10, TimeUnit.SECONDS);
            assertThat(waiting.getSession().getPeerCertificates()).containsExactly(TWO.getCertificate());
        }
    }

    @Test
    void aCertificateThatDoesNotComeEndsTheHandshakeWithInternalError() throws Exception {
        obtained.put("denied.test", CompletableFuture.failedFuture(new NameNotAllowed("denied")));
        try (SSLSocket socket = connect(client(), "denied.test")) {
            assertThatThrownBy(socket::startHandshake)
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("internal_error");
        }
        await().until(() -> failures.total().sum() == 1);
    }

    // When the session was created; a resumed one keeps that. The JDK looks sessions up by the peer's host and port.
    private long created(SSLContext client, String name, String version) throws IOException {
        try (SSLSocket socket = connect(client, name, version)) {
            echo(socket);
            return socket.getSession().getCreationTime();
        }
    }

    // The server's ServerHello, or its request to begin again, names the group that it chose (RFC 8446 4.2.8).
    @ParameterizedTest
    @CsvSource({"X25519MLKEM768,11ec", "X25519 P-256 X25519MLKEM768,11ec", "P-256 X25519,001d", "P-256,0017"})
    void theKeyExchangeIsPostQuantumWithClientsThatKnowIt(String groups, String chosen) throws Exception {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        SslContext client = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(new TrustAll())
                .option(OpenSslContextOption.GROUPS, groups.split(" "))
                .build();
        assertThat(OpenSsl.isAvailable()).isTrue();
        Channel channel = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel c) {
                        c.pipeline()
                                .addLast(new Recorder(received))
                                .addLast(client.newHandler(c.alloc(), "one.test", 443));
                    }
                })
                .connect(server.localAddress())
                .syncUninterruptibly()
                .channel();
        channel.pipeline().get(SslHandler.class).handshakeFuture().syncUninterruptibly();
        channel.close().syncUninterruptibly();
        assertThat(HexFormat.of().formatHex(received.toByteArray())).containsPattern("0033(00|04)..".concat(chosen));
        assertThat(failures.total().sum()).isZero();
    }
}
