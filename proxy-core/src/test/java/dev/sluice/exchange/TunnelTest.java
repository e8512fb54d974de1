package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Standstill;
import dev.sluice.fixture.Wire;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TargetOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets and other upgrades. */
@Timeout(60)
class TunnelTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final byte[] CLOSE_1001 = {(byte) 0x88, 2, 0x03, (byte) 0xe9};
    private static final byte[] CLOSE_1012 = {(byte) 0x88, 2, 0x03, (byte) 0xf4};

    private final ProxyFixture proxy = new ProxyFixture();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Backend app = Backend.named("unused");

    TunnelTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        goOn.countDown();
        threads.shutdownNow();
        app.close();
        proxy.close();
    }

    /** What the application does with the connection once it is its own. */
    private interface Talk {
        void talk(Wire wire) throws IOException, InterruptedException;
    }

    private void deploy(String protocol, Talk talk) throws Exception {
        deploy(ProxyFixture.QUICK, protocol, talk);
    }

    private void deploy(TargetOptions options, String protocol, Talk talk) throws Exception {
        app.close();
        app = new Backend("app", (request, wire) -> {
            if (request.header("Upgrade") == null) {
                Backend.ok(wire, "plain");
                return;
            }
            wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\nX: "
                    + request.header("Connection") + " " + request.header("Upgrade") + "\r\n\r\n");
            talk.talk(wire);
        });
        proxy.deploy("app", ServiceOptions.DEFAULT, options, LONG, app);
    }

    private static void echo(Wire wire) throws IOException {
        while (true) {
            wire.send(wire.exactly(1));
        }
    }

    private static String asking(String protocol) {
        return "GET /ws HTTP/1.1\r\nHost: app.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: " + protocol
                + "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    }

    private Wire open(String protocol) throws IOException {
        Wire wire = proxy.connect();
        wire.send(asking(protocol));
        assertThat(wire.head()).startsWith("HTTP/1.1 101 ");
        return wire;
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "WebSocket", "custom/1"})
    void bytesPassBothWaysAfterTheHandshake(String protocol) throws Exception {
        deploy(protocol, TunnelTest::echo);
        try (Wire wire = proxy.connect()) {
            wire.send(asking(protocol));
            Message handshake = ProxyFixture.receive(wire);
            assertThat(handshake.status()).isEqualTo(101);
            assertThat(handshake.header("Upgrade")).isEqualTo(protocol);
            assertThat(handshake.header("Connection")).isEqualToIgnoringCase("upgrade");
            assertThat(handshake.header("X")).isEqualToIgnoringCase("upgrade " + protocol);
            assertThat(handshake.header("Transfer-Encoding")).isNull();
            for (String text : new String[] {"one", "GET / HTTP/1.1\r\n\r\n", "\0\1\2"}) {
                wire.send(text);
                assertThat(wire.text(text.length())).isEqualTo(text);
            }
        }
        proxy.awaitLog("\"status\":101,");
    }

    @Test
    void whatTheTargetSendsTogetherWithItsHandshakeIsNotLost() throws Exception {
        byte[] greeting = WebSocketFramesTest.frame(5, false);
        app.close();
        app = new Backend("app", (request, wire) -> {
            byte[] head = "HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
            byte[] both = Arrays.copyOf(head, head.length + greeting.length);
            System.arraycopy(greeting, 0, both, head.length, greeting.length);
            wire.send(both);
            wire.rest();
        });
        proxy.deploy("app", app);
        for (int i = 0; i < 20; i++) {
            try (Wire wire = open("websocket")) {
                assertThat(wire.exactly(greeting.length)).isEqualTo(greeting);
            }
        }
    }

    @Test
    void muchDataPassesBothWaysAtOnce() throws Exception {
        byte[] data = new byte[5_000_000];
        new Random(5).nextBytes(data);
        deploy("bulk", wire -> {
            Future<?> sending = threads.submit(() -> {
                wire.send(data);
                return null;
            });
            if (!Arrays.equals(wire.exactly(data.length), data)) {
                throw new IOException("other data than was sent");
            }
            try {
                sending.get();
                wire.send("ok");
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
        try (Wire wire = open("bulk")) {
            Future<?> sending = threads.submit(() -> {
                wire.send(data);
                return null;
            });
            assertThat(Arrays.equals(wire.exactly(data.length), data)).isTrue();
            sending.get();
            assertThat(wire.text(2)).isEqualTo("ok");
        }
    }

    @Test
    void aSideThatDoesNotReadStopsTheOther() throws Exception {
        AtomicLong sent = new AtomicLong();
        deploy("bulk", wire -> {
            while (true) {
                wire.send(new byte[100_000]);
                sent.addAndGet(100_000);
            }
        });
        try (Wire wire = Wire.narrowTo(proxy.port)) {
            wire.send(asking("bulk"));
            wire.head();
            long stoodAt = Standstill.of(sent::get);
            assertThat(stoodAt).isLessThan(50_000_000);
            wire.skip(stoodAt + 1_000_000);
        }
    }

    @Test
    void bufferingOfRequestsAndResponsesDoesNotConcernATunnel() throws Exception {
        deploy(ProxyFixture.buffering(new BufferOptions(true, true, 1, 2, 2)), "websocket", TunnelTest::echo);
        try (Wire wire = open("websocket")) {
            wire.send("longer than two bytes");
            assertThat(wire.text(21)).isEqualTo("longer than two bytes");
        }
    }

    @Test
    void aTargetThatClosesEndsTheTunnelAfterItsLastByte() throws Exception {
        deploy("websocket", wire -> {
            wire.send("x".repeat(300_000));
            wire.close();
        });
        try (Wire wire = open("websocket")) {
            assertThat(wire.rest()).hasSize(300_000);
        }
    }

    // -- no tunnel

    @Test
    void aRefusedUpgradeIsAnOrdinaryAnswerAndTheConnectionGoesOn() throws Exception {
        app = new Backend("app", (request, wire) -> wire.send("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"));
        proxy.deploy("app", app);
        try (Wire wire = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                wire.send(asking("websocket"));
                assertThat(ProxyFixture.receive(wire).text()).isEqualTo("no");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"websocket, other", "websocket, ''", "other, websocket"})
    void aTargetThatSwitchesToAnotherProtocolFails(String asked, String answered) throws Exception {
        deploy(answered, wire -> wire.rest());
        try (Wire wire = proxy.connect()) {
            wire.send(asking(asked));
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(502);
        }
        await().until(() -> proxy.inflight() == 0);
    }

    @Test
    void aTargetThatSwitchesThoughNobodyAskedFails() throws Exception {
        app = new Backend("app", (request, wire) -> {
            wire.send("HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            wire.rest();
        });
        proxy.deploy("app", app);
        assertThat(proxy.get("/").status()).isEqualTo(502);
        await().until(() -> proxy.inflight() == 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n",
                "Upgrade: websocket\r\n",
                "Connection: Upgrade\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n"
            })
    void whatIsNoProperUpgradeIsAnOrdinaryRequest(String headers) throws Exception {
        deploy("h2c", wire -> wire.rest());
        Message answer = proxy.send("GET / HTTP/1.1\r\nHost: app.test\r\n" + headers + "\r\n");
        assertThat(answer.text()).isEqualTo("plain");
        assertThat(app.requests.getFirst().header("HTTP2-Settings")).isNull();
        assertThat(app.requests.getFirst().header("Connection")).isNull();
    }

    @Test
    void anHttp10ClientCannotUpgrade() throws Exception {
        deploy("websocket", wire -> wire.rest());
        try (Wire wire = proxy.connect()) {
            wire.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(502);
        }
    }

    @Test
    void requestsThatWerePipelinedBehindAnUpgradeAreNotLostInSilence() throws Exception {
        CountDownLatch answers = new CountDownLatch(1);
        app = new Backend("app", (request, wire) -> {
            try {
                answers.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            wire.send("HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            wire.rest();
        });
        proxy.deploy("app", app);
        try (Wire wire = proxy.connect()) {
            wire.send(asking("websocket") + "POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhello");
            await().until(() -> app.requests.size() == 1);
            answers.countDown();
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(502);
        }
    }

    // -- when the target is replaced

    private void replace() throws Exception {
        try (Backend next = Backend.named("next")) {
            long begun = System.nanoTime();
            proxy.deploy("app", ServiceOptions.DEFAULT, ProxyFixture.QUICK, LONG, next);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("tunnels are not waited for")
                    .isLessThan(Duration.ofSeconds(8));
        }
    }

    @Test
    void aWebSocketIsToldOfAReplacedTargetWithACloseFrame() throws Exception {
        deploy("websocket", wire -> {
            wire.send(WebSocketFramesTest.frame(5, false));
            wire.rest();
        });
        try (Wire wire = open("websocket")) {
            wire.exactly(7);
            replace();
            assertThat(wire.exactly(4)).isEqualTo(CLOSE_1012);
        }
        await().until(() -> app.openConnections() == 0);
    }

    @Test
    void aCloseFrameIsNotPutInTheMiddleOfAnotherFrame() throws Exception {
        byte[] frame = WebSocketFramesTest.frame(100_000, false);
        deploy("websocket", wire -> {
            wire.send(Arrays.copyOf(frame, 50_000));
            goOn.await();
            wire.send(Arrays.copyOfRange(frame, 50_000, frame.length));
            wire.send(WebSocketFramesTest.frame(20, false));
            wire.rest();
        });
        try (Wire wire = open("websocket")) {
            byte[] begin = wire.exactly(50_000);
            Future<?> replacing = threads.submit(() -> {
                replace();
                return null;
            });
            proxy.awaitLog("Closing upgraded connections");
            goOn.countDown();
            byte[] end = wire.exactly(50_010);
            byte[] received = Arrays.copyOf(begin, frame.length);
            System.arraycopy(end, 0, received, 50_000, end.length);
            assertThat(Arrays.equals(received, frame)).isTrue();
            // The loop may have been told of the switch before the next frame or after it: either way between two.
            byte[] second = WebSocketFramesTest.frame(20, false);
            byte[] next = wire.exactly(4);
            if (Arrays.equals(next, Arrays.copyOf(second, 4))) {
                wire.exactly(second.length - 4);
                next = wire.exactly(4);
            }
            assertThat(next).isEqualTo(CLOSE_1012);
            replacing.get();
        }
    }

    @Test
    void aFrameThatIsNeverCompletedIsNotWaitedForLong() throws Exception {
        deploy("websocket", wire -> {
            wire.send(Arrays.copyOf(WebSocketFramesTest.frame(100, false), 50));
            wire.rest();
        });
        try (Wire wire = open("websocket")) {
            wire.exactly(50);
            replace();
            assertThat(wire.rest()).as("no Close frame in the middle").isEmpty();
        }
        await().until(() -> app.openConnections() == 0);
    }

    @Test
    void aClientThatDoesNotAnswerTheCloseFrameIsNotWaitedForLong() throws Exception {
        deploy("websocket", Wire::rest);
        try (Wire wire = open("websocket")) {
            replace();
            assertThat(wire.rest()).isEqualTo(CLOSE_1012);
        }
    }

    @Test
    void anotherProtocolIsJustEnded() throws Exception {
        deploy("custom", TunnelTest::echo);
        try (Wire wire = open("custom")) {
            wire.send("x");
            assertThat(wire.text(1)).isEqualTo("x");
            replace();
            assertThat(wire.rest()).isEmpty();
        }
    }

    @Test
    void aWebSocketIsClosedWhenItsServiceIsPaused() throws Exception {
        deploy("websocket", Wire::rest);
        try (Wire wire = open("websocket")) {
            proxy.pauses.pause("app", LONG, LONG);
            assertThat(wire.exactly(4)).isEqualTo(CLOSE_1012);
        }
    }

    @Test
    void aHandshakeThatIsCompletedDuringTheDrainIsClosedToo() throws Exception {
        app.close();
        app = new Backend("app", (request, wire) -> {
            goOn.await();
            wire.send("HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            wire.rest();
        });
        proxy.deploy("app", app);
        try (Wire wire = proxy.connect();
                Backend next = Backend.named("next")) {
            wire.send(asking("websocket"));
            await().until(() -> app.requests.size() == 1);
            Future<?> deploying = threads.submit(() -> {
                proxy.deploy("app", next);
                return null;
            });
            await().until(() -> proxy.target("app").address().text().equals(next.address()));
            goOn.countDown();
            wire.head();
            assertThat(wire.exactly(4)).isEqualTo(CLOSE_1012);
            deploying.get();
        }
    }

    @Test
    void aTunnelOutlivesNeitherItsClientNorTheProxy() throws Exception {
        deploy("websocket", Wire::rest);
        try (Wire wire = open("websocket")) {
            assertThat(proxy.workers.drain(LONG)).isTrue();
            assertThat(wire.exactly(4)).isEqualTo(CLOSE_1001);
        }
        await().until(() -> app.openConnections() == 0);
    }
}
