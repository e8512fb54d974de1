package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Crowd;
import dev.sluice.fixture.Footprint;
import dev.sluice.fixture.Http2Wire;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.fixture.TrustAll;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attacks in numbers: the limit strikes, memory stays within bounds and comes back, and other clients are served. */
@Timeout(120)
class AttackIT {
    private static final String HOST = "app.test";
    private static final int LARGE = 10_000_000;
    private static final int CROWD = 300;
    private static final long SPARE_BYTES = 64L << 20;
    private static final int CANCEL = 8;
    private static final EdgeLimits.Times SHORT = new EdgeLimits.Times(
            Duration.ofSeconds(5), Duration.ofSeconds(4), Duration.ofSeconds(4), Duration.ofSeconds(30));

    private final byte[] part = new byte[100_000];
    private Backend app;
    private ProxyFixture proxy;
    private Footprint before;

    @BeforeEach
    void start() throws Exception {
        app = new Backend("app", (request, wire) -> {
            if (request.target().startsWith("/large")) {
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
                for (int sent = 0; sent < LARGE; sent += part.length) {
                    wire.send(part);
                }
            } else {
                Backend.ok(wire, "app");
            }
        });
        start(EdgeLimits.DEFAULT.with(SHORT));
    }

    private void start(EdgeLimits limits) throws Exception {
        proxy = new ProxyFixture(limits);
        proxy.certificate("cert", TestCertificates.forHost(HOST));
        proxy.deploy("app", ProxyFixture.secured(HOST, "cert"), ProxyFixture.QUICK, Duration.ofSeconds(5), app);
        othersAreServed();
        before = Footprint.now();
    }

    /** Afterwards the next client is served, and what was held is given back. */
    @AfterEach
    void end() throws Exception {
        othersAreServed();
        await().until(() -> proxy.inflight() == 0 && proxy.workers.clientConnections() == 0);
        app.requests.clear();
        assertThat(Footprint.now().memory()).isLessThan(before.memory() + SPARE_BYTES);
        app.close();
        proxy.close();
    }

    private void othersAreServed() throws IOException {
        assertThat(proxy.get("/").status()).isEqualTo(200);
        try (Http2Wire wire = new Http2Wire(proxy.tlsPort, HOST)) {
            wire.get(1, HOST);
            assertThat(wire.response(1).status()).isEqualTo("200");
        }
    }

    private long hits(Limit limit) {
        return proxy.workers.limitHits().count(limit);
    }

    @Test
    void tensOfThousandsOfRapidResetsLeaveNothingBehind() throws Exception {
        long resets = 0;
        long most = 0;
        for (int connection = 0; connection < 100; connection++) {
            try (Http2Wire wire = new Http2Wire(proxy.tlsPort, HOST)) {
                for (int i = 0; i < 1000; i++) {
                    wire.request(2 * i + 1, true, "GET", "/large");
                    wire.reset(2 * i + 1, CANCEL);
                    resets++;
                }
            } catch (IOException e) {
                // Cut off, as it is to be.
            }
            most = Math.max(most, app.openConnections());
        }
        // Of a connection that the client ends first not everything may be read.
        await().until(() -> hits(Limit.CLIENT_RESETS) >= 90);
        assertThat(resets).isBetween(100L * 200, 100_000L);
        await().until(() -> proxy.inflight() == 0);
        // Each stream that was reset took its connection to the application with it.
        await().until(() -> app.openConnections() < 50);
    }

    @Test
    void clientsWhoDoNotReadAreCutOff() throws Exception {
        try (Crowd crowd =
                new Crowd(proxy.port, CROWD, "GET /large HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n", "", false)) {
            await().until(() -> crowd.open() == CROWD);
            await().until(() -> proxy.inflight() > CROWD / 2);
            // What the application would send is not taken from it: a little for each connection is.
            assertThat(Footprint.now().memory() - before.memory()).isLessThan(CROWD * 512L * 1024);
            await().timeout(Duration.ofSeconds(40)).until(() -> hits(Limit.WRITE_STALL) >= CROWD);
        }
    }

    @Test
    void bodiesThatStandStillAreCutOff() throws Exception {
        String beginning = "POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 100000\r\n\r\nx";
        try (Crowd crowd = new Crowd(proxy.port, CROWD, beginning, "", true)) {
            await().timeout(Duration.ofSeconds(40)).until(() -> crowd.closed() == CROWD);
        }
        assertThat(hits(Limit.BODY_IDLE)).isEqualTo(CROWD);
    }

    @Test
    void bodiesByteByByteAreCutOffWhereThereIsALeastRate() throws Exception {
        proxy.close();
        start(EdgeLimits.DEFAULT.with(SHORT).withMinRate(100));
        String beginning = "POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 100000\r\n\r\nx";
        try (Crowd crowd = new Crowd(proxy.port, CROWD, beginning, "x", true)) {
            await().timeout(Duration.ofSeconds(60)).until(() -> crowd.closed() == CROWD);
        }
        assertThat(hits(Limit.MIN_RATE)).isEqualTo(CROWD);
        assertThat(hits(Limit.BODY_IDLE)).isZero();
    }

    @Test
    void handshakesByteByByteAreCutOff() throws Exception {
        // The beginning of a record with a ClientHello of 16,000 bytes, which never ends.
        String hello = "\u0016\u0003\u0001\u003e\u0084\u0001\u0000\u003e\u0080\u0003\u0003";
        try (Crowd crowd = new Crowd(proxy.tlsPort, CROWD, hello, "x", true)) {
            await().until(() -> crowd.open() == CROWD);
            await().timeout(Duration.ofSeconds(40)).until(() -> crowd.closed() == CROWD);
        }
    }

    private SSLSocket tls(String version) throws IOException {
        SSLSocket socket = (SSLSocket)
                TrustAll.context().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), proxy.tlsPort);
        socket.setEnabledProtocols(new String[] {version});
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(HOST)));
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(10_000);
        socket.startHandshake();
        return socket;
    }

    @Test
    void thereIsNoRenegotiation() throws Exception {
        try (SSLSocket socket = tls("TLSv1.2")) {
            socket.startHandshake();
            assertThat(read(socket)).isNegative();
        }
    }

    @Test
    void keyUpdatesOverAndOverEndTheConnection() throws Exception {
        try (SSLSocket socket = tls("TLSv1.3")) {
            // In TLS 1.3 this is a KeyUpdate.
            for (int i = 0; i < 100; i++) {
                socket.startHandshake();
            }
            assertThat(read(socket)).isNegative();
        } catch (IOException e) {
            assertThat(String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT))
                    .containsAnyOf("reset", "broken", "closed", "alert", "unexpected");
        }
    }

    private static int read(SSLSocket socket) {
        try {
            socket.getOutputStream().write(("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").getBytes("US-ASCII"));
            return socket.getInputStream().read();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void windowsThatStayClosedHoldNoResponses() throws Exception {
        int initialWindowSize = 4;
        try (Http2Wire wire = new Http2Wire(proxy.tlsPort, HOST, initialWindowSize, 0)) {
            for (int i = 0; i < 100; i++) {
                wire.request(2 * i + 1, true, "GET", "/large");
            }
            await().until(() -> proxy.inflight() >= 90);
            assertThat(Footprint.now().memory() - before.memory()).isLessThan(100 * 512L * 1024);
            await().until(() -> hits(Limit.WRITE_STALL) == 100);
        }
    }
}
