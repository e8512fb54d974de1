package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.exchange.BalancerHealth;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.fixture.TrustAll;
import dev.sluice.fixture.Wire;
import dev.sluice.http.TrustedPeers;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROXY headers before TLS, and those that do not come. */
@Timeout(60)
class ProxyProtocolGateTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n";
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final Duration LONG = Duration.ofMinutes(1);
    // Version 2: 203.0.113.9:4711 to 192.0.2.1:443.
    private static final byte[] HEADER =
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "2111" + "000c" + "cb007109c0000201126701bb");

    @SuppressWarnings("NullAway.Init") // every test starts them
    private ProxyFixture proxy;

    @SuppressWarnings("NullAway.Init")
    private Backend target;

    private void start(String announced, Duration head) throws Exception {
        EdgeLimits usual = EdgeLimits.DEFAULT;
        EdgeLimits limits = new EdgeLimits(
                new EdgeLimits.Times(head, LONG, LONG, LONG), usual.heads(), usual.connections(), usual.http2(), 1000);
        proxy = new ProxyFixture(
                limits, new ProxyFixture.Front(null, TrustedPeers.of(List.of(announced)), new BalancerHealth("")));
        target = Backend.named("app");
        proxy.certificate("cert", TestCertificates.forHost("app.test"));
        proxy.deploy(
                "app", ProxyFixture.secured("app.test", "cert"), ProxyFixture.QUICK, Duration.ofSeconds(5), target);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        target.close();
    }

    private Wire secured(Socket transport) throws Exception {
        SSLSocket socket = (SSLSocket)
                TrustAll.context().getSocketFactory().createSocket(transport, "127.0.0.1", proxy.tlsPort, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("app.test")));
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(10_000);
        try {
            socket.startHandshake();
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        return new Wire(socket);
    }

    private void getsThrough(Wire wire) throws IOException {
        wire.send(GET);
        assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
        assertThat(target.requests.getFirst().headers("X-Forwarded-For")).containsExactly("203.0.113.9");
        assertThat(target.requests.getFirst().headers("X-Forwarded-Proto")).containsExactly("https");
        proxy.awaitLog("\"client_addr\":\"203.0.113.9\",\"client_port\":\"4711\"");
    }

    @Test
    void behindAHeaderTlsBegins() throws Exception {
        start("loopback", LONG);
        Socket transport = new Socket("127.0.0.1", proxy.tlsPort);
        transport.getOutputStream().write(HEADER);
        try (Wire wire = secured(transport)) {
            getsThrough(wire);
        }
    }

    @Test
    void theHeaderMayComeInOnePacketWithTheHandshake() throws Exception {
        start("loopback", LONG);
        try (Wire wire = secured(new Announcing("127.0.0.1", proxy.tlsPort))) {
            getsThrough(wire);
        }
    }

    @Test
    void aHandshakeWithoutAHeaderIsSentAway() throws Exception {
        start("loopback", LONG);
        assertThatThrownBy(() -> secured(new Socket("127.0.0.1", proxy.tlsPort)))
                .isInstanceOf(IOException.class);
        proxy.awaitLog("Connection without a valid PROXY header");
        assertThat(target.requests).isEmpty();
    }

    @Test
    void aHeaderOfAnyoneElseIsNoHandshakeAndNoRequest() throws Exception {
        start("192.0.2.0/24", LONG);
        assertThatThrownBy(() -> secured(new Announcing("127.0.0.1", proxy.tlsPort)))
                .isInstanceOf(IOException.class);
        try (Wire wire = proxy.connect()) {
            wire.send(HEADER);
            wire.send(GET);
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(400);
        }
        assertThat(proxy.log()).doesNotContain("203.0.113.9");
        assertThat(target.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20})
    void aHeaderThatDoesNotComeInTimeEndsTheConnection(int sent) throws Exception {
        start("loopback", SHORT);
        for (int port : List.of(proxy.port, proxy.tlsPort)) {
            long begun = System.nanoTime();
            try (Wire wire = Wire.to(port)) {
                wire.send(Arrays.copyOf(HEADER, sent));
                assertThat(wire.ended()).isTrue();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(SHORT);
        }
        proxy.awaitLog("\"error\":\"none came in time\"");
    }

    @Test
    void theTimeIsTheHeadersAlone() throws Exception {
        start("loopback", SHORT);
        try (Wire served = proxy.connect();
                Wire silent = proxy.connect()) {
            served.send(HEADER);
            served.send(GET);
            assertThat(ProxyFixture.receive(served).status()).isEqualTo(200);
            assertThat(silent.ended()).isTrue();
            served.send(GET);
            assertThat(ProxyFixture.receive(served).status()).isEqualTo(200);
        }
    }

    /** Sends the header before the first bytes, together with them. */
    private static final class Announcing extends Socket {
        Announcing(String host, int port) throws IOException {
            super(host, port);
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                private boolean announced;

                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    byte[] packet = announced ? new byte[length] : new byte[HEADER.length + length];
                    System.arraycopy(HEADER, 0, packet, 0, packet.length - length);
                    System.arraycopy(bytes, from, packet, packet.length - length, length);
                    announced = true;
                    out.write(packet);
                }
            };
        }
    }
}
