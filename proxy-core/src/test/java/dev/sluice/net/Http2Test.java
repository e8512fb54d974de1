package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Http2Wire;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Standstill;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.fixture.Wire;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 clients, frame by frame. */
@Timeout(60)
class Http2Test {
    private static final int NO_ERROR = 0;
    private static final int PROTOCOL_ERROR = 1;
    private static final int INTERNAL_ERROR = 2;
    private static final int CANCEL = 8;
    private static final int INITIAL_WINDOW_SIZE = 4;
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

    Http2Test() throws IOException {
        proxy.certificate("cert", TestCertificates.forHost("app.test"));
    }

    @AfterEach
    void end() throws Exception {
        await().until(() -> proxy.inflight() == 0);
        goOn.countDown();
        threads.shutdownNow();
        app.close();
        proxy.close();
    }

    private Http2Wire start(Backend.Script script) throws Exception {
        return start(true, script);
    }

    private Http2Wire start(boolean readsBodies, Backend.Script script) throws Exception {
        app.close();
        app = new Backend("app", script);
        app.readsBodies = readsBodies;
        deploy(app, Duration.ofSeconds(10));
        return new Http2Wire(proxy.tlsPort, "app.test");
    }

    private void deploy(Backend backend, Duration drain) throws Exception {
        proxy.deploy("app", OPTIONS, ProxyFixture.QUICK, drain, backend);
    }

    private static void echo(Message request, Wire wire) throws IOException {
        Backend.ok(wire, request.method() + " " + request.target() + " " + request.text());
    }

    // -- requests and responses

    @Test
    void oneConnectionCarriesManyStreamsAtOnce() throws Exception {
        try (Http2Wire wire = start((request, to) -> {
            if (request.target().equals("/1")) {
                goOn.await();
            }
            echo(request, to);
        })) {
            for (int stream = 1; stream < 100; stream += 2) {
                wire.request(stream, true, "GET", "/" + stream);
            }
            assertThat(wire.response(99).status()).isEqualTo("200");
            goOn.countDown();
            assertThat(wire.response(1).text()).isEqualTo("GET /1 ");
        }
    }

    @Test
    void theHeadReachesTheApplicationAsHttp1() throws Exception {
        try (Http2Wire wire = start(Http2Test::echo)) {
            wire.headers(
                    1,
                    true,
                    ":method",
                    "GET",
                    ":scheme",
                    "https",
                    ":authority",
                    "app.test:444",
                    ":path",
                    "/a%2Fb?c=d",
                    "cookie",
                    "a=1",
                    "cookie",
                    "b=2",
                    "te",
                    "trailers",
                    "x-two",
                    "1",
                    "x-two",
                    "2");
            assertThat(wire.response(1).status()).isEqualTo("200");
            Message request = app.requests.getFirst();
            assertThat(request.firstLine).isEqualTo("GET /a%2Fb?c=d HTTP/1.1");
            assertThat(request.headers("Host")).containsExactly("app.test:444");
            assertThat(request.headers("Cookie")).containsExactly("a=1; b=2");
            assertThat(request.headers("X-Two")).containsExactly("1", "2");
            assertThat(request.header("TE")).isEqualTo("trailers");
            assertThat(request.header("Content-Length")).isNull();
            assertThat(request.header("Transfer-Encoding")).isNull();
            assertThat(request.header("X-Forwarded-Proto")).isEqualTo("https");
        }
    }

    @Test
    void bodiesAndTrailersPassBothWays() throws Exception {
        try (Http2Wire wire = start((request, to) -> {
            seen.add(request.header("Transfer-Encoding") + " " + request.text() + " " + request.trailers.strip());
            to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: X-Mine\r\nX-Mine: 1\r\n\r\n"
                    + "4\r\nback\r\n0\r\nX-Sum: 42\r\nHost: evil\r\n\r\n");
        })) {
            wire.request(1, false, "POST", "/");
            wire.data(1, false, "there");
            wire.headers(1, true, "x-hash", "abc", "cookie", "evil=1");
            Http2Wire.Response response = wire.response(1);
            assertThat(seen.take()).isEqualTo("chunked there x-hash: abc");
            assertThat(response.text()).isEqualTo("back");
            assertThat(response.heads()).hasSize(2);
            Http2Headers head = response.heads().getFirst();
            assertThat(head.contains("transfer-encoding")).isFalse();
            assertThat(head.contains("connection")).isFalse();
            assertThat(head.contains("x-mine")).isFalse();
            Http2Headers trailers = response.heads().getLast();
            assertThat(trailers.get("x-sum")).hasToString("42");
            assertThat(trailers.size()).isEqualTo(1);
        }
    }

    @Test
    void aLengthThatWasAnnouncedReachesTheApplication() throws Exception {
        try (Http2Wire wire = start((request, to) -> Backend.ok(
                to, request.header("Content-Length") + request.header("Transfer-Encoding") + request.text()))) {
            wire.headers(
                    1,
                    false,
                    ":method",
                    "POST",
                    ":scheme",
                    "https",
                    ":authority",
                    "app.test",
                    ":path",
                    "/",
                    "content-length",
                    "5");
            wire.data(1, true, "hello");
            assertThat(wire.response(1).text()).isEqualTo("5nullhello");
        }
    }

    @Test
    void headAndBodilessStatusesEndWithTheirHead() throws Exception {
        try (Http2Wire wire = start((request, to) -> to.send(
                request.method().equals("HEAD")
                        ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
                        : "HTTP/1.1 204 No Content\r\n\r\n"))) {
            wire.request(1, true, "HEAD", "/");
            Http2Wire.Response head = wire.response(1);
            assertThat(head.heads().getFirst().get("content-length")).hasToString("5");
            assertThat(head.body()).isEmpty();
            wire.request(3, true, "GET", "/");
            assertThat(wire.response(3).status()).isEqualTo("204");
        }
    }

    @Test
    void interimResponsesAndInvitationsComeFirst() throws Exception {
        try (Http2Wire wire = start((request, to) -> {
            to.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            echo(request, to);
        })) {
            wire.headers(
                    1,
                    false,
                    ":method",
                    "POST",
                    ":scheme",
                    "https",
                    ":authority",
                    "app.test",
                    ":path",
                    "/",
                    "expect",
                    "100-continue");
            Http2Headers invitation = wire.decode(wire.next(Http2Wire.HEADERS, 1));
            assertThat(invitation.status()).hasToString("100");
            wire.data(1, true, "hello");
            Http2Wire.Response response = wire.response(1);
            assertThat(response.heads().getFirst().status()).hasToString("103");
            assertThat(response.text()).isEqualTo("POST / hello");
        }
    }

    @Test
    void whatIsSentPieceByPieceArrivesPieceByPieceBothWays() throws Exception {
        try (Http2Wire wire = start(false, (request, to) -> {
            to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (byte[] chunk = to.chunk(); chunk.length > 0; chunk = to.chunk()) {
                to.send(Integer.toHexString(chunk.length) + "\r\n");
                to.send(chunk);
                to.send("\r\n");
            }
            to.line();
            to.send("0\r\n\r\n");
        })) {
            wire.request(1, false, "POST", "/");
            wire.decode(wire.next(Http2Wire.HEADERS, 1));
            for (String piece : List.of("one", "two", "three")) {
                wire.data(1, false, piece);
                assertThat(wire.next(Http2Wire.DATA, 1).payload()).asString().isEqualTo(piece);
            }
            wire.data(1, true, "");
            assertThat(wire.response(1).reset()).isFalse();
        }
    }

    @Test
    void anEarlyAnswerIsWholeAndStopsTheUpload() throws Exception {
        try (Http2Wire wire = start(false, (request, to) -> {
            to.send("HTTP/1.1 413 Too Big\r\nContent-Length: 7\r\n\r\ntoo big");
            goOn.await();
        })) {
            wire.request(1, false, "POST", "/");
            wire.data(1, false, "start");
            Http2Wire.Response response = wire.response(1);
            assertThat(response.status()).isEqualTo("413");
            assertThat(response.text()).isEqualTo("too big");
            assertThat(wire.next(Http2Wire.RST_STREAM, 1).error()).isEqualTo(NO_ERROR);
        }
    }

    // -- flow control

    @Test
    void aStreamThatIsNotReadSlowsItsTargetDownAndNoOtherStream() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (Http2Wire wire = start((request, to) -> {
            if (request.target().equals("/large")) {
                to.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
                for (int i = 0; i < 1000; i++) {
                    to.send(new byte[100_000]);
                    sent.addAndGet(100_000);
                }
            } else {
                echo(request, to);
            }
        })) {
            wire.setting(INITIAL_WINDOW_SIZE, 1000);
            wire.request(1, true, "GET", "/large");
            assertThat(Standstill.of(sent::get)).isLessThan(30_000_000);
            wire.request(3, true, "GET", "/small");
            assertThat(wire.response(3).text()).isEqualTo("GET /small ");
            wire.reset(1, CANCEL);
            await().until(() -> proxy.inflight() == 0);
        }
    }

    @Test
    void anUploadThatIsNotReadIsGivenNoMoreWindowAndHoldsUpNoOtherStream() throws Exception {
        int window = 256 * 1024;
        try (Http2Wire wire = start(false, (request, to) -> {
            if (request.method().equals("POST")) {
                goOn.await();
                to.skip(50_000_000);
            }
            Backend.ok(to, "read");
        })) {
            wire.headers(
                    1,
                    false,
                    ":method",
                    "POST",
                    ":scheme",
                    "https",
                    ":authority",
                    "app.test",
                    ":path",
                    "/large",
                    "content-length",
                    "50000000");
            Upload upload = new Upload(wire, 50_000_000, window);
            Future<?> receiving = threads.submit(() -> {
                upload.receive();
                return null;
            });
            Future<?> sending = threads.submit(() -> {
                upload.send();
                return null;
            });
            assertThat(upload.started.await(10, TimeUnit.SECONDS)).isTrue();
            // What the kernel and the connection to the target take in, and a window.
            assertThat(Standstill.of(upload.sent::get)).isLessThan(20_000_000);
            wire.request(3, true, "GET", "/small");
            await().until(() -> upload.ended.contains(3));
            assertThat(sending.isDone()).isFalse();
            goOn.countDown();
            sending.get();
            await().until(() -> upload.ended.contains(1));
            receiving.get();
        }
    }

    /** An upload that heeds the windows of its stream and of the connection. */
    private static final class Upload {
        private final Http2Wire wire;
        private final int length;
        private final AtomicLong sent = new AtomicLong();
        private final Semaphore streamWindow;
        private final Semaphore connectionWindow = new Semaphore(65_535);
        private final CountDownLatch started = new CountDownLatch(1);
        private final Set<Integer> ended = ConcurrentHashMap.newKeySet();

        Upload(Http2Wire wire, int length, int window) {
            this.wire = wire;
            this.length = length;
            this.streamWindow = new Semaphore(window);
        }

        void send() throws Exception {
            started.await();
            byte[] piece = new byte[10_000];
            for (int at = 0; at < length; at += piece.length) {
                streamWindow.acquire(piece.length);
                connectionWindow.acquire(piece.length);
                wire.data(1, at + piece.length == length, piece);
                sent.addAndGet(piece.length);
            }
        }

        void receive() throws IOException {
            while (!ended.contains(1)) {
                Http2Wire.Frame frame = wire.next();
                if (frame.type() == Http2Wire.WINDOW_UPDATE) {
                    (frame.stream() == 0 ? connectionWindow : streamWindow).release(frame.error());
                } else if (frame.ends()) {
                    ended.add(frame.stream());
                } else if (frame.type() == Http2Wire.SETTINGS) {
                    // From here on the stream's window is the larger one.
                    started.countDown();
                } else if (frame.type() != Http2Wire.HEADERS && frame.type() != Http2Wire.DATA) {
                    throw new IOException("unexpected " + frame);
                }
            }
        }
    }

    // -- clients that leave

    @Test
    void aStreamThatIsResetLeavesNothingBehindInAnyPhase() throws Exception {
        try (Http2Wire wire = start(false, (request, to) -> {
            if (request.target().equals("/body")) {
                to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            }
            to.rest();
        })) {
            wire.request(1, true, "GET", "/waits");
            wire.request(3, true, "GET", "/body");
            wire.request(5, false, "POST", "/uploads");
            wire.data(5, false, "part");
            wire.next(Http2Wire.DATA, 3);
            await().until(() -> proxy.inflight() == 3);
            for (int stream = 1; stream <= 5; stream += 2) {
                wire.reset(stream, CANCEL);
            }
            await().until(() -> proxy.inflight() == 0 && app.openConnections() == 0);
            proxy.pauses.pause("app", Duration.ofSeconds(5), Duration.ofSeconds(30));
            wire.request(7, true, "GET", "/held");
            await().until(() -> proxy.services.get("app").gate().waiting() == 1);
            wire.reset(7, CANCEL);
            await().until(() -> proxy.services.get("app").gate().waiting() == 0);
        }
    }

    @Test
    void aConnectionThatEndsEndsAllItsStreams() throws Exception {
        Http2Wire wire = start(false, (request, to) -> to.rest());
        for (int stream = 1; stream < 60; stream += 2) {
            wire.request(stream, stream % 4 == 1, "POST", "/" + stream);
        }
        await().until(() -> proxy.inflight() == 30);
        wire.close();
        await().until(() -> proxy.inflight() == 0 && app.openConnections() == 0);
    }

    @Test
    void aClientThatOpensAndResetsStreamsAllTheTimeIsSentAway() throws Exception {
        try (Http2Wire wire = start((request, to) -> to.rest())) {
            Future<?> sending = threads.submit(() -> {
                for (int stream = 1; stream < 4000; stream += 2) {
                    wire.request(stream, true, "GET", "/");
                    wire.reset(stream, CANCEL);
                }
                return null;
            });
            assertThat(wire.next(Http2Wire.GOAWAY, 0).error()).isEqualTo(11);
            await().until(sending::isDone);
            await().until(() -> proxy.inflight() == 0 && app.openConnections() == 0);
            assertThat(app.requests).hasSizeLessThan(500);
        }
    }

    // -- targets that fail

    @Test
    void anAnswerThatIsCutEndsWithAResetAndTheConnectionGoesOn() throws Exception {
        try (Http2Wire wire = start((request, to) -> {
            if (request.target().equals("/cut")) {
                to.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
            } else if (request.target().equals("/fine")) {
                Backend.ok(to, "fine");
            }
            to.close();
        })) {
            wire.request(1, true, "GET", "/cut");
            Http2Wire.Response cut = wire.response(1);
            assertThat(cut.reset()).isTrue();
            assertThat(cut.error()).isEqualTo(INTERNAL_ERROR);
            wire.request(3, true, "GET", "/none");
            assertThat(wire.response(3).status()).isEqualTo("502");
            wire.request(5, true, "GET", "/fine");
            assertThat(wire.response(5).text()).isEqualTo("fine");
        }
    }

    @Test
    void aDrainThatTakesTooLongIsToldOnItsStreamAlone() throws Exception {
        try (Http2Wire wire = start((request, to) -> {
                    goOn.await();
                    echo(request, to);
                });
                Backend next = Backend.named("next")) {
            wire.request(1, true, "GET", "/slow");
            await().until(() -> proxy.inflight() == 1);
            deploy(next, Duration.ofMillis(20));
            assertThat(wire.response(1).status()).isEqualTo("504");
            wire.request(3, true, "GET", "/");
            assertThat(wire.response(3).text()).isEqualTo("next");
        }
    }

    @Test
    void aProxyThatEndsSaysGoodbyeAndLetsStreamsFinish() throws Exception {
        try (Http2Wire wire = start((request, to) -> {
            goOn.await();
            echo(request, to);
        })) {
            wire.request(1, true, "GET", "/slow");
            await().until(() -> proxy.inflight() == 1);
            Future<Boolean> draining = threads.submit(() -> proxy.workers.drain(Duration.ofSeconds(20)));
            assertThat(wire.next(Http2Wire.GOAWAY, 0).error()).isEqualTo(NO_ERROR);
            goOn.countDown();
            assertThat(wire.response(1).text()).isEqualTo("GET /slow ");
            assertThat(wire.ended()).isTrue();
            assertThat(draining.get()).isTrue();
        }
    }

    // -- what is no request

    private static Arguments malformed(String name, String... list) {
        return Arguments.of(name, list);
    }

    private static Arguments with(String name, String... more) {
        String[] list = Stream.concat(
                        Stream.of(":method", "GET", ":scheme", "https", ":authority", "app.test", ":path", "/"),
                        Stream.of(more))
                .toArray(String[]::new);
        return Arguments.of(name, list);
    }

    private static Arguments path(String name, String path) {
        return malformed(name, ":method", "GET", ":scheme", "https", ":authority", "app.test", ":path", path);
    }

    static Stream<Arguments> malformedRequests() {
        return Stream.of(
                malformed("no method", ":scheme", "https", ":authority", "app.test", ":path", "/"),
                malformed("no scheme", ":method", "GET", ":authority", "app.test", ":path", "/"),
                malformed("no path", ":method", "GET", ":scheme", "https", ":authority", "app.test"),
                malformed("no authority", ":method", "GET", ":scheme", "https", ":path", "/"),
                malformed("CONNECT", ":method", "CONNECT", ":authority", "app.test:443"),
                malformed(
                        "a user in the authority",
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":authority",
                        "u@app.test",
                        ":path",
                        "/"),
                path("an empty path", ""),
                path("a path without a slash", "a"),
                path("a blank in the path", "/a b"),
                path("a line end in the path", "/a\r\nX: y"),
                path("a fragment in the path", "/a#b"),
                with("an unknown pseudo-header", ":odd", "1"),
                with("a pseudo-header of responses", ":status", "200"),
                with("two paths", ":path", "/b"),
                with("a pseudo-header behind a field", "x", "1", ":path", "/b"),
                with("another host", "host", "other.test"),
                with("two hosts", "host", "app.test", "host", "app.test"),
                with("a name in capitals", "X-Upper", "1"),
                with("an empty name", "", "1"),
                with("a blank in a name", "a b", "1"),
                with("a colon in a name", "a:b", "1"),
                with("a line end in a name", "a\r\nb", "1"),
                with("a line end in a value", "x", "a\r\nb: c"),
                with("LF alone in a value", "x", "a\nb: c"),
                with("NUL in a value", "x", "a\0b"),
                with("connection", "connection", "keep-alive"),
                with("transfer-encoding", "transfer-encoding", "chunked"),
                with("upgrade", "upgrade", "websocket"),
                with("keep-alive", "keep-alive", "5"),
                with("proxy-connection", "proxy-connection", "keep-alive"),
                with("te other than trailers", "te", "gzip"),
                with("two lengths", "content-length", "0", "content-length", "1"),
                with("a length that is no number", "content-length", "five"),
                with("a negative length", "content-length", "-1"),
                with("a length without a body", "content-length", "5"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformedRequests")
    void isRefusedAndReachesNoApplication(String name, String[] list) throws Exception {
        try (Http2Wire wire = start(Http2Test::echo)) {
            wire.headers(1, true, list);
            try {
                Http2Wire.Response response = wire.response(1);
                if (response.reset()) {
                    assertThat(response.error()).isEqualTo(PROTOCOL_ERROR);
                } else {
                    assertThat(response.status()).isEqualTo("400");
                }
                wire.request(3, true, "GET", "/next");
                assertThat(wire.response(3).text()).isEqualTo("GET /next ");
            } catch (IOException e) {
                // Refused together with its connection.
                assertThat(e).hasMessageContaining("GOAWAY");
            }
            assertThat(app.requests).extracting(Message::target).isSubsetOf("/next");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "6", "0"})
    void aBodyOfAnotherLengthThanAnnouncedIsNeverTakenForComplete(String length) throws Exception {
        try (Http2Wire wire = start(Http2Test::echo)) {
            wire.headers(
                    1,
                    false,
                    ":method",
                    "POST",
                    ":scheme",
                    "https",
                    ":authority",
                    "app.test",
                    ":path",
                    "/",
                    "content-length",
                    length);
            wire.data(1, true, "hello");
            Http2Wire.Response response = wire.response(1);
            assertThat(response.reset() || !response.status().equals("200")).isTrue();
            await().until(() -> proxy.inflight() == 0);
            assertThat(app.requests).isEmpty();
        }
    }

    @Test
    void trailersWithPseudoHeadersAreRefused() throws Exception {
        try (Http2Wire wire = start(Http2Test::echo)) {
            wire.request(1, false, "POST", "/");
            wire.data(1, false, "hello");
            wire.headers(1, true, ":path", "/other");
            assertThat(wire.response(1).reset()).isTrue();
            await().until(() -> proxy.inflight() == 0);
            assertThat(app.requests).isEmpty();
        }
    }
}
