package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Http2Wire;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Standstill;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.fixture.WebSocketApp;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets on streams of HTTP/2 (RFC 8441), frame by frame. */
@Timeout(60)
class Http2WebSocketTest {
    private static final int PROTOCOL_ERROR = 1;
    private static final int CANCEL = 8;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int ENABLE_CONNECT_PROTOCOL = 8;
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final ServiceOptions OPTIONS = new ServiceOptions(
            List.of("app.test"),
            List.of(),
            true,
            new TlsOptions(true, false, "cert", "key", "", "", ""),
            "",
            "",
            Duration.ZERO,
            false,
            List.of(),
            "");

    private final ProxyFixture proxy = new ProxyFixture();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private Backend app = Backend.named("unused");

    Http2WebSocketTest() throws IOException {
        proxy.certificate("cert", TestCertificates.forHost("app.test"));
    }

    @AfterEach
    void end() throws Exception {
        goOn.countDown();
        threads.shutdownNow();
        app.close();
        proxy.close();
    }

    private Http2Wire start(Backend.Script script, int... settings) throws Exception {
        app.close();
        app = new Backend("app", script);
        proxy.deploy("app", OPTIONS, ProxyFixture.QUICK, LONG, app);
        return new Http2Wire(proxy.tlsPort, "app.test", settings);
    }

    private static void connect(Http2Wire wire, int stream) throws IOException {
        wire.headers(
                stream,
                false,
                ":method",
                "CONNECT",
                ":protocol",
                "websocket",
                ":scheme",
                "https",
                ":path",
                "/ws?room=1",
                ":authority",
                "app.test",
                "sec-websocket-version",
                "13",
                "sec-websocket-protocol",
                "chat",
                "origin",
                "https://app.test");
    }

    private static void open(Http2Wire wire, int stream) throws IOException {
        connect(wire, stream);
        assertThat(wire.decode(wire.next(Http2Wire.HEADERS, stream)).status()).hasToString("200");
    }

    private static byte[] data(Http2Wire wire, int stream, int length) throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        while (data.size() < length) {
            data.writeBytes(wire.next(Http2Wire.DATA, stream).payload());
        }
        return data.toByteArray();
    }

    private void awaitNothingLeft() {
        await().atMost(Duration.ofSeconds(3)).until(() -> proxy.inflight() == 0 && app.openConnections() == 0);
    }

    // -- the handshake

    @Test
    void theServerSaysThatItTakesConnect() throws Exception {
        try (Http2Wire wire = start(WebSocketApp::echo)) {
            ByteBuf settings =
                    Unpooled.wrappedBuffer(wire.next(Http2Wire.SETTINGS).payload());
            boolean announced = false;
            while (settings.isReadable()) {
                announced |= settings.readUnsignedShort() == ENABLE_CONNECT_PROTOCOL & settings.readInt() == 1;
            }
            assertThat(announced).isTrue();
        }
    }

    @Test
    void theTargetIsAskedWithAnOrdinaryHandshakeAndBytesPassBothWays() throws Exception {
        try (Http2Wire wire = start((request, to) -> {
            to.send("HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: chat\r\n"
                    + "Sec-WebSocket-Accept: " + WebSocketApp.answer(request.header("Sec-WebSocket-Key"))
                    + "\r\n\r\nhello");
            while (true) {
                to.send(to.some());
            }
        })) {
            connect(wire, 1);
            Http2Headers answer = wire.decode(wire.next(Http2Wire.HEADERS, 1));
            assertThat(answer.status()).hasToString("200");
            assertThat(answer.get("sec-websocket-protocol")).hasToString("chat");
            assertThat(answer.contains("sec-websocket-accept")).isFalse();
            assertThat(answer.contains("upgrade")).isFalse();
            assertThat(answer.contains("connection")).isFalse();
            assertThat(data(wire, 1, 5)).asString().isEqualTo("hello");
            for (String text : List.of("one", "GET / HTTP/1.1\r\n\r\n", "\0\1\2")) {
                wire.data(1, false, text);
                assertThat(data(wire, 1, text.length())).asString().isEqualTo(text);
            }
            Message request = app.requests.getFirst();
            assertThat(request.firstLine).isEqualTo("GET /ws?room=1 HTTP/1.1");
            assertThat(request.header("Host")).isEqualTo("app.test");
            assertThat(request.header("Connection")).isEqualToIgnoringCase("upgrade");
            assertThat(request.header("Upgrade")).isEqualTo("websocket");
            assertThat(request.header("Sec-WebSocket-Version")).isEqualTo("13");
            assertThat(request.header("Sec-WebSocket-Protocol")).isEqualTo("chat");
            assertThat(request.header("Origin")).isEqualTo("https://app.test");
            assertThat(request.header("Transfer-Encoding")).isNull();
            // An ordinary request beside it.
            wire.request(3, true, "GET", "/plain");
            await().until(() -> app.requests.size() == 2);
        }
        awaitNothingLeft();
        proxy.awaitLog("\"proto\":\"HTTP/2.0\"");
    }

    @Test
    void aRefusalOfTheTargetReachesTheClient() throws Exception {
        try (Http2Wire wire = start((request, to) -> to.send("HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nno, "))) {
            for (int stream = 1; stream < 7; stream += 2) {
                connect(wire, stream);
                Http2Wire.Response answer = wire.response(stream);
                assertThat(answer.status()).isEqualTo("403");
                assertThat(answer.text()).isEqualTo("no, ");
            }
        }
        await().until(() -> proxy.inflight() == 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 204 X\r\n\r\n",
                "HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: AAAA\r\n\r\n",
                "HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
                "HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n"
            })
    void whatIsNoHandshakeIsNotTakenForOne(String answer) throws Exception {
        try (Http2Wire wire = start((request, to) -> {
            to.send(answer);
            to.rest();
        })) {
            connect(wire, 1);
            assertThat(wire.response(1).status()).isEqualTo("502");
        }
        awaitNothingLeft();
    }

    private void assertMalformed(String... head) throws Exception {
        try (Http2Wire wire = start(WebSocketApp::echo)) {
            wire.headers(1, false, head);
            assertThat(wire.next(Http2Wire.RST_STREAM, 1).error()).isEqualTo(PROTOCOL_ERROR);
            open(wire, 3);
        }
        assertThat(app.requests).hasSize(1);
    }

    @Test
    void aPlainConnectIsRefused() throws Exception {
        assertMalformed(":method", "CONNECT", ":authority", "app.test:80");
    }

    @Test
    void aProtocolWithoutConnectIsMalformed() throws Exception {
        assertMalformed(
                ":method", "GET", ":protocol", "websocket", ":scheme", "https", ":path", "/", ":authority", "app.test");
    }

    @Test
    void aConnectWithoutSchemeIsMalformed() throws Exception {
        assertMalformed(":method", "CONNECT", ":protocol", "websocket", ":path", "/", ":authority", "app.test");
    }

    @Test
    void aConnectWithoutPathIsMalformed() throws Exception {
        assertMalformed(":method", "CONNECT", ":protocol", "websocket", ":scheme", "https", ":authority", "app.test");
    }

    @Test
    void anotherProtocolThanWebSocketsIsNotImplemented() throws Exception {
        try (Http2Wire wire = start(WebSocketApp::echo)) {
            wire.headers(
                    1,
                    false,
                    ":method",
                    "CONNECT",
                    ":protocol",
                    "connect-udp",
                    ":scheme",
                    "https",
                    ":path",
                    "/",
                    ":authority",
                    "app.test");
            assertThat(wire.response(1).status()).isEqualTo("501");
            open(wire, 3);
        }
        assertThat(app.requests).hasSize(1);
    }

    @Test
    void dataBeforeTheAnswerEndsTheStreamAndFreesTheTarget() throws Exception {
        try (Http2Wire wire = start((request, to) -> to.rest())) {
            connect(wire, 1);
            await().until(() -> app.requests.size() == 1);
            wire.data(1, false, "too early");
            assertThat(wire.next(Http2Wire.RST_STREAM, 1).error()).isEqualTo(PROTOCOL_ERROR);
            awaitNothingLeft();
        }
    }

    // -- flow control

    @Test
    void muchDataPassesBothWaysAtOnce() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(8).nextBytes(sent);
        try (Http2Wire wire = start(WebSocketApp::echo, INITIAL_WINDOW_SIZE, 1 << 24)) {
            wire.window(0, 1 << 24);
            open(wire, 1);
            Credit credit = new Credit(wire, 256 * 1024);
            Future<?> sending = threads.submit(() -> {
                credit.send(sent);
                return null;
            });
            byte[] received = credit.receive(sent.length);
            sending.get();
            assertThat(Arrays.equals(received, sent)).isTrue();
        }
    }

    @Test
    void aTargetThatDoesNotReadStopsTheClient() throws Exception {
        try (Http2Wire wire = start((request, to) -> {
            WebSocketApp.accept(request, to);
            goOn.await();
            to.skip(50_000_000);
            to.send("read");
        })) {
            open(wire, 1);
            Credit credit = new Credit(wire, 256 * 1024);
            Future<byte[]> receiving = threads.submit(() -> credit.receive(4));
            threads.submit(() -> {
                byte[] frame = new byte[50_000_000];
                System.arraycopy(WebSocketApp.endless(), 0, frame, 0, 10);
                credit.send(frame);
                return null;
            });
            await().until(() -> credit.sent.get() > 0);
            assertThat(Standstill.of(credit.sent::get)).isLessThan(20_000_000);
            goOn.countDown();
            assertThat(receiving.get()).asString().isEqualTo("read");
        }
        awaitNothingLeft();
    }

    @Test
    void aClientThatDoesNotReadStopsTheTargetAndNoOtherStream() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (Http2Wire wire = start(
                (request, to) -> {
                    if (request.header("Upgrade") == null) {
                        Backend.ok(to, "ok");
                        return;
                    }
                    WebSocketApp.accept(request, to);
                    to.send(WebSocketApp.endless());
                    while (true) {
                        to.send(new byte[100_000]);
                        sent.addAndGet(100_000);
                    }
                },
                INITIAL_WINDOW_SIZE,
                1000)) {
            open(wire, 1);
            long stoodAt = Standstill.of(sent::get);
            assertThat(stoodAt).isLessThan(30_000_000);
            wire.request(3, true, "GET", "/");
            assertThat(wire.response(3).status()).isEqualTo("200");
            wire.window(0, 1 << 30);
            wire.window(1, 1 << 30);
            data(wire, 1, (int) stoodAt + 1_000_000);
        }
        await().until(() -> proxy.target("app").tunnels() == 0);
    }

    /** One side of a tunnel that heeds the windows. */
    private static final class Credit {
        private final Http2Wire wire;
        private final AtomicLong sent = new AtomicLong();
        private final Semaphore stream;
        private final Semaphore connection = new Semaphore(65_535);

        Credit(Http2Wire wire, int window) {
            this.wire = wire;
            this.stream = new Semaphore(window);
            // Opened together with the preface, and passed over when the stream was.
            connection.release((1 << 20) - 65_535);
        }

        void send(byte[] data) throws Exception {
            for (int at = 0; at < data.length; at += 10_000) {
                byte[] piece = Arrays.copyOfRange(data, at, Math.min(at + 10_000, data.length));
                stream.acquire(piece.length);
                connection.acquire(piece.length);
                wire.data(1, false, piece);
                sent.addAndGet(piece.length);
            }
        }

        byte[] receive(int length) throws IOException {
            ByteArrayOutputStream data = new ByteArrayOutputStream();
            while (data.size() < length) {
                Http2Wire.Frame frame = wire.next();
                if (frame.type() == Http2Wire.WINDOW_UPDATE) {
                    (frame.stream() == 0 ? connection : stream).release(frame.error());
                } else if (frame.type() == Http2Wire.DATA) {
                    data.writeBytes(frame.payload());
                } else if (frame.type() != Http2Wire.SETTINGS) {
                    throw new IOException("unexpected " + frame);
                }
            }
            return data.toByteArray();
        }
    }

    // -- the end

    @Test
    void aTargetThatClosesEndsTheStreamAfterItsLastByte() throws Exception {
        try (Http2Wire wire = start(
                (request, to) -> {
                    WebSocketApp.accept(request, to);
                    to.send("x".repeat(300_000));
                    to.close();
                },
                INITIAL_WINDOW_SIZE,
                1 << 20)) {
            wire.window(0, 1 << 20);
            connect(wire, 1);
            Http2Wire.Response all = wire.response(1);
            assertThat(all.body()).hasSize(300_000);
            assertThat(all.reset()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"END_STREAM", "RST_STREAM", "connection"})
    void aClientThatLeavesFreesTheTarget(String how) throws Exception {
        try (Http2Wire wire = start((request, to) -> {
            WebSocketApp.accept(request, to);
            to.rest();
        })) {
            open(wire, 1);
            await().until(() -> app.openConnections() == 1);
            switch (how) {
                case "END_STREAM" -> {
                    wire.data(1, true, "bye");
                    assertThat(wire.end(1).type()).isEqualTo(Http2Wire.DATA);
                }
                case "RST_STREAM" -> wire.reset(1, CANCEL);
                default -> wire.close();
            }
            awaitNothingLeft();
        }
        await().until(() -> proxy.target("app").tunnels() == 0);
        proxy.awaitLog("\"status\":200,");
    }

    @Test
    void aReplacedTargetIsToldOfWithACloseFrameAndOtherStreamsGoOn() throws Exception {
        try (Http2Wire wire = start((request, to) -> {
                    if (request.header("Upgrade") == null) {
                        goOn.await();
                        Backend.ok(to, "old");
                        return;
                    }
                    WebSocketApp.accept(request, to);
                    to.send(WebSocketApp.text("hello"));
                    assertThat(to.rest()).isEqualTo(WebSocketApp.MASKED_CLOSE_1012);
                    seen.add("closed in order");
                });
                Backend next = Backend.named("next")) {
            open(wire, 1);
            data(wire, 1, 11);
            wire.request(3, true, "GET", "/slow");
            await().until(() -> app.requests.size() == 2);
            Future<?> deploying = threads.submit(() -> {
                proxy.deploy("app", OPTIONS, ProxyFixture.QUICK, LONG, next);
                return null;
            });
            assertThat(data(wire, 1, 4)).isEqualTo(WebSocketApp.CLOSE_1012);
            wire.data(1, false, WebSocketApp.MASKED_CLOSE_1012);
            Http2Wire.Frame end = wire.end(1);
            assertThat(end.type()).isEqualTo(Http2Wire.DATA);
            assertThat(end.stream()).isEqualTo(1);
            assertThat(end.payload()).isEmpty();
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("closed in order");
            goOn.countDown();
            assertThat(wire.response(3).text()).isEqualTo("old");
            deploying.get();
            wire.request(5, true, "GET", "/");
            assertThat(wire.response(5).text()).isEqualTo("next");
        }
    }

    @Test
    void aClientThatDoesNotAnswerTheCloseFrameIsNotWaitedForLong() throws Exception {
        try (Http2Wire wire = start(WebSocketApp::echo);
                Backend next = Backend.named("next")) {
            open(wire, 1);
            long begun = System.nanoTime();
            proxy.deploy("app", OPTIONS, ProxyFixture.QUICK, LONG, next);
            assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(8));
            assertThat(data(wire, 1, 4)).isEqualTo(WebSocketApp.CLOSE_1012);
            assertThat(wire.end(1).type()).isEqualTo(Http2Wire.DATA);
            assertThat(wire.next(Http2Wire.RST_STREAM, 1).error()).isEqualTo(CANCEL);
        }
        awaitNothingLeft();
    }

    @Test
    void aProxyThatEndsClosesTunnelsAndThenTheConnection() throws Exception {
        try (Http2Wire wire = start(WebSocketApp::echo)) {
            open(wire, 1);
            Future<Boolean> draining = threads.submit(() -> proxy.workers.drain(LONG));
            assertThat(data(wire, 1, 4)).containsExactly(0x88, 2, 1001 >> 8, 1001 & 255);
            wire.data(1, true, WebSocketApp.MASKED_CLOSE_1012);
            assertThat(wire.end(1).type()).isEqualTo(Http2Wire.DATA);
            assertThat(draining.get()).isTrue();
        }
    }
}
