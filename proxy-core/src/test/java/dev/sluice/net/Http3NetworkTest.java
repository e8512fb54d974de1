package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Http3Stream;
import dev.sluice.fixture.Http3Wire;
import dev.sluice.fixture.LossyRelay;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import dev.sluice.tls.Certificate;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP/3 below the requests: addresses, losses, and the certificates of handshakes. */
@Timeout(120)
class Http3NetworkTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ServiceOptions OPTIONS = options("cert", "app.test");

    private final ProxyFixture proxy = new ProxyFixture();
    private final byte[] large = new byte[1_000_000];
    private final Backend app = new Backend("app", (request, to) -> {
        if (request.target().equals("/large")) {
            to.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
            to.send(large);
        } else {
            Backend.ok(to, "app");
        }
    });

    Http3NetworkTest() throws Exception {
        new Random(1).nextBytes(large);
        proxy.certificate("cert", TestCertificates.forHost("app.test"));
        proxy.serveHttp3();
        deploy("app", "cert", "app.test");
    }

    private void deploy(String service, String certificate, String host) throws Exception {
        proxy.deploy(service, options(certificate, host), ProxyFixture.QUICK, Duration.ofSeconds(10), app);
    }

    private static ServiceOptions options(String certificate, String host) {
        return new ServiceOptions(
                List.of(host),
                List.of(),
                true,
                new TlsOptions(true, false, certificate, "key", "", "", ""),
                "",
                "",
                Duration.ZERO,
                false,
                List.of(),
                "");
    }

    @AfterEach
    void end() throws Exception {
        await().until(() -> proxy.inflight() == 0);
        app.close();
        proxy.close();
    }

    // -- the path

    @Test
    void responsesArriveWholeOverAPathThatLosesAndReorders() throws Exception {
        try (LossyRelay relay = new LossyRelay(proxy.tlsPort, 0.05, 0.1);
                Http3Wire wire = new Http3Wire(relay.address(), "app.test", LONG)) {
            List<Http3Stream> streams = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                streams.add(wire.get("/large"));
            }
            for (Http3Stream stream : streams) {
                assertThat(stream.body()).isEqualTo(large);
            }
            assertThat(relay.lost()).isGreaterThan(100);
        }
    }

    @Test
    void aConnectionGoesOnWhenTheClientMovesToAnotherAddress() throws Exception {
        try (LossyRelay relay = new LossyRelay(proxy.tlsPort, 0, 0);
                Http3Wire wire = new Http3Wire(relay.address(), "app.test", LONG)) {
            assertThat(wire.get("/").text()).isEqualTo("app");
            relay.moveAfter(relay.fromServer() + 2);
            for (int i = 0; i < 5; i++) {
                assertThat(wire.get("/large").body()).isEqualTo(large);
            }
        }
    }

    @Test
    void aTokenThatWasGivenToAnotherAddressOpensNoConnection() throws Exception {
        try (LossyRelay relay = new LossyRelay(proxy.tlsPort, 0, 0)) {
            relay.moveAfter(1);
            InetSocketAddress address = relay.address();
            assertThatThrownBy(() -> new Http3Wire(address, "app.test", Duration.ofSeconds(2)))
                    .isInstanceOf(IOException.class);
            assertThat(relay.fromServer()).isEqualTo(1);
            assertThat(proxy.workers.clientConnections()).isZero();
        }
    }

    @Test
    void nobodyIsSentMoreThanHeSentBeforeHisAddressIsProved() throws Exception {
        try (DatagramSocket socket = new DatagramSocket()) {
            // Long header, Initial, version 1, ids of eight bytes, no token: enough to be asked for a proof.
            byte[] initial = new byte[1200];
            byte[] start = {
                (byte) 0xc0, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0x44, (byte) 0x80
            };
            System.arraycopy(start, 0, initial, 0, start.length);
            socket.send(new DatagramPacket(initial, initial.length, InetAddress.getLoopbackAddress(), proxy.tlsPort));
            socket.setSoTimeout(5000);
            DatagramPacket answer = new DatagramPacket(new byte[2000], 2000);
            socket.receive(answer);
            // A Retry (RFC 9000 17.2.5).
            assertThat(answer.getData()[0] & 0xf0).isEqualTo(0xf0);
            assertThat(answer.getLength()).isLessThan(200);
        }
    }

    @Test
    void whatIsNoQuicEndsNothing() throws Exception {
        try (DatagramSocket socket = new DatagramSocket()) {
            Random random = new Random(7);
            for (int i = 0; i < 2000; i++) {
                byte[] noise = new byte[1 + random.nextInt(1400)];
                random.nextBytes(noise);
                socket.send(new DatagramPacket(noise, noise.length, InetAddress.getLoopbackAddress(), proxy.tlsPort));
            }
        }
        try (Http3Wire wire = new Http3Wire(proxy.tlsPort, "app.test")) {
            assertThat(wire.get("/").text()).isEqualTo("app");
        }
    }

    @Test
    void anIpv6ClientIsServed() throws Exception {
        try (Http3Wire wire = new Http3Wire(new InetSocketAddress("::1", proxy.tlsPort), "app.test", LONG)) {
            assertThat(wire.get("/").text()).isEqualTo("app");
            assertThat(app.requests.getFirst().header("X-Forwarded-For")).isEqualTo("0:0:0:0:0:0:0:1");
        }
    }

    // -- handshakes

    @Test
    void eachNameGetsItsCertificateAndAChangedOneAtOnce() throws Exception {
        Certificate other = TestCertificates.forHost("other.test");
        proxy.certificate("other", other);
        deploy("other", "other", "other.test");
        assertThat(served("other.test")).isEqualTo(other.chain().getFirst());
        assertThat(served("app.test")).isNotEqualTo(other.chain().getFirst());
        Certificate renewed = TestCertificates.forHost("app.test");
        proxy.certificate("cert", renewed);
        assertThat(served("app.test")).isEqualTo(renewed.chain().getFirst());
    }

    private java.security.cert.Certificate served(String name) throws Exception {
        try (Http3Wire wire = new Http3Wire(proxy.tlsPort, name)) {
            return wire.engine().getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void anRsaCertificateIsServedToo() throws Exception {
        Certificate rsa = TestCertificates.rsa("rsa.test");
        proxy.certificate("rsa", rsa);
        deploy("rsa", "rsa", "rsa.test");
        assertThat(served("rsa.test")).isEqualTo(rsa.chain().getFirst());
    }

    @Test
    void aClientThatNamesNothingGetsTheFirstHost() throws Exception {
        try (Http3Wire wire = new Http3Wire(proxy.tlsPort, "")) {
            assertThat(wire.get("/").text()).isEqualTo("app");
        }
    }

    @Test
    void anUnknownNameIsRefusedAndCounted() throws Exception {
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", proxy.tlsPort);
        assertThatThrownBy(() -> new Http3Wire(address, "unknown.test", Duration.ofSeconds(10)))
                .isInstanceOf(IOException.class)
                .hasCauseInstanceOf(ExecutionException.class);
        await().until(() -> proxy.handshakeFailures.total().sum() == 1);
        await().until(() -> proxy.workers.clientConnections() == 0);
    }

    @Test
    void aRequestForAnotherCertificatesHostIsMisdirected() throws Exception {
        proxy.certificate("other", TestCertificates.forHost("other.test"));
        deploy("other", "other", "other.test");
        try (Http3Wire wire = new Http3Wire(proxy.tlsPort, "app.test")) {
            Http3Stream stream = wire.open();
            stream.headers(true, ":method", "GET", ":scheme", "https", ":authority", "other.test", ":path", "/");
            assertThat(stream.status()).isEqualTo("421");
        }
    }

    // -- limits

    @Test
    void aClientThatIsGoneWithoutAWordIsForgotten() throws Exception {
        EdgeLimits.Times times = new EdgeLimits.Times(
                Duration.ofSeconds(15), Duration.ofSeconds(15), Duration.ofMillis(500), Duration.ofSeconds(1));
        try (ProxyFixture quick = new ProxyFixture(with(times));
                Backend backend = new Backend("large", (request, to) -> {
                    to.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
                    to.send(new byte[100_000_000]);
                })) {
            quick.certificate("cert", TestCertificates.forHost("app.test"));
            quick.serveHttp3();
            quick.deploy("app", OPTIONS, ProxyFixture.QUICK, Duration.ofSeconds(10), backend);
            try (Http3Wire wire = new Http3Wire(quick.tlsPort, "app.test")) {
                Http3Stream stream = wire.get("/");
                await().until(() -> stream.received() > 0);
                wire.vanish();
                await().until(() -> quick.inflight() == 0 && backend.openConnections() == 0);
                assertThat(quick.workers.limitHits().count(Limit.WRITE_STALL)).isEqualTo(1);
                await().until(() -> quick.workers.clientConnections() == 0);
            }
        }
    }

    @Test
    void aConnectionWithoutRequestsIsClosed() throws Exception {
        EdgeLimits.Times times = new EdgeLimits.Times(
                Duration.ofMillis(500), Duration.ofMillis(500), Duration.ofSeconds(5), Duration.ofMillis(700));
        try (ProxyFixture quick = new ProxyFixture(with(times))) {
            quick.certificate("cert", TestCertificates.forHost("app.test"));
            quick.serveHttp3();
            quick.deploy("app", OPTIONS, ProxyFixture.QUICK, Duration.ofSeconds(10), app);
            try (Http3Wire silent = new Http3Wire(quick.tlsPort, "app.test");
                    Http3Wire idle = new Http3Wire(quick.tlsPort, "app.test");
                    Http3Wire slow = new Http3Wire(quick.tlsPort, "app.test")) {
                assertThat(idle.get("/").text()).isEqualTo("app");
                Http3Stream upload = slow.request("POST", "/", false, "content-length", "10");
                upload.data("part", false);
                assertThat(upload.status()).isEqualTo("408");
                await().until(() -> !silent.active() && !idle.active() && !slow.active());
                assertThat(quick.workers.limitHits().count(Limit.HEAD_TIME)).isEqualTo(1);
                assertThat(quick.workers.limitHits().count(Limit.KEEP_ALIVE)).isEqualTo(2);
            }
        }
    }

    @Test
    void oneClientMayHaveSoManyConnections() throws Exception {
        EdgeLimits limits = new EdgeLimits(
                EdgeLimits.DEFAULT.times(),
                EdgeLimits.DEFAULT.heads(),
                new EdgeLimits.Connections(0, 1),
                EdgeLimits.DEFAULT.http2(),
                0);
        try (ProxyFixture narrow = new ProxyFixture(limits)) {
            narrow.certificate("cert", TestCertificates.forHost("app.test"));
            narrow.serveHttp3();
            narrow.deploy("app", OPTIONS, ProxyFixture.QUICK, Duration.ofSeconds(10), app);
            InetSocketAddress address = new InetSocketAddress("127.0.0.1", narrow.tlsPort);
            try (Http3Wire first = new Http3Wire(narrow.tlsPort, "app.test")) {
                assertThatThrownBy(() -> new Http3Wire(address, "app.test", Duration.ofSeconds(2)))
                        .isInstanceOf(IOException.class);
                assertThat(first.get("/").text()).isEqualTo("app");
            }
            await().until(() -> narrow.workers.clientConnections() == 0);
            try (Http3Wire again = new Http3Wire(narrow.tlsPort, "app.test")) {
                assertThat(again.get("/").text()).isEqualTo("app");
            }
        }
    }

    private static EdgeLimits with(EdgeLimits.Times times) {
        return new EdgeLimits(
                times, EdgeLimits.DEFAULT.heads(), EdgeLimits.DEFAULT.connections(), EdgeLimits.DEFAULT.http2(), 0);
    }
}
