package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.edge.Limit;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Http3Stream;
import dev.sluice.fixture.Http3Wire;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Standstill;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.fixture.TrustAll;
import dev.sluice.fixture.Wire;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import io.netty.handler.codec.http3.Http3Headers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP/3 clients. */
@Timeout(120)
class Http3Test {
    // RFC 9114 8.1
    private static final int NO_ERROR = 0x100;
    private static final int INTERNAL_ERROR = 0x102;
    private static final int EXCESSIVE_LOAD = 0x107;
    private static final int REQUEST_CANCELLED = 0x10c;
    private static final int MESSAGE_ERROR = 0x10e;
    private static final ServiceOptions OPTIONS = new ServiceOptions(
            List.of("app.test", "localhost"),
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
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private Backend app = Backend.named("unused");

    Http3Test() throws IOException {
        proxy.certificate("cert", TestCertificates.forHost("app.test"));
        proxy.serveHttp3();
    }

    @AfterEach
    void end() throws Exception {
        await().until(() -> proxy.inflight() == 0);
        goOn.countDown();
        app.close();
        proxy.close();
    }

    private Http3Wire start(Backend.Script script) throws Exception {
        return start(true, script);
    }

    private Http3Wire start(boolean readsBodies, Backend.Script script) throws Exception {
        app.close();
        app = new Backend("app", script);
        app.readsBodies = readsBodies;
        proxy.deploy("app", OPTIONS, ProxyFixture.QUICK, Duration.ofSeconds(10), app);
        return new Http3Wire(proxy.tlsPort, "app.test");
    }

    private static void echo(Message request, Wire wire) throws IOException {
        Backend.ok(wire, request.method() + " " + request.target() + " " + request.text());
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    // -- requests and responses

    @Test
    void theHeadReachesTheApplicationAsHttp1() throws Exception {
        try (Http3Wire wire = start(Http3Test::echo)) {
            Http3Stream stream = wire.request(
                    "GET",
                    "/a%2Fb?c=d",
                    true,
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
            assertThat(stream.status()).isEqualTo("200");
            assertThat(stream.text()).isEqualTo("GET /a%2Fb?c=d ");
            Message request = app.requests.getFirst();
            assertThat(request.firstLine).isEqualTo("GET /a%2Fb?c=d HTTP/1.1");
            assertThat(request.headers("Host")).containsExactly("app.test");
            assertThat(request.headers("Cookie")).containsExactly("a=1; b=2");
            assertThat(request.headers("X-Two")).containsExactly("1", "2");
            assertThat(request.header("TE")).isEqualTo("trailers");
            assertThat(request.header("Content-Length")).isNull();
            assertThat(request.header("Transfer-Encoding")).isNull();
            assertThat(request.header("X-Forwarded-Proto")).isEqualTo("https");
            assertThat(request.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
            proxy.awaitLog("\"proto\":\"HTTP/3.0\"");
        }
    }

    @Test
    void theAlternativeIsToldOverTcpAndNotOverQuic() throws Exception {
        try (Http3Wire wire = start(Http3Test::echo)) {
            assertThat(wire.get("/").head().contains("alt-svc")).isFalse();
            assertThat(overTcp("/").getFirst()).isEqualTo("h3=\":" + proxy.tlsPort + "\"; ma=2592000");
            assertThat(proxy.get("/").header("Alt-Svc")).isNull();
        }
    }

    private List<String> overTcp(String path) throws Exception {
        HttpClient.Builder builder = HttpClient.newBuilder().sslContext(TrustAll.context());
        try (HttpClient client = builder.build()) {
            URI uri = URI.create("https://localhost:" + proxy.tlsPort + path);
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                    .headers()
                    .allValues("alt-svc");
        }
    }

    @Test
    void oneConnectionCarriesManyStreamsAtOnce() throws Exception {
        try (Http3Wire wire = start((request, to) -> {
            if (request.target().equals("/0")) {
                goOn.await();
            }
            echo(request, to);
        })) {
            List<Http3Stream> streams =
                    IntStream.range(0, 80).mapToObj(i -> wire.get("/" + i)).toList();
            assertThat(streams.getLast().text()).isEqualTo("GET /79 ");
            goOn.countDown();
            assertThat(streams.getFirst().text()).isEqualTo("GET /0 ");
        }
    }

    @Test
    void manyMoreStreamsThanAtOnceFollowEachOther() throws Exception {
        try (Http3Wire wire = start(Http3Test::echo)) {
            for (int i = 0; i < 300; i++) {
                assertThat(wire.get("/" + i).text()).isEqualTo("GET /" + i + " ");
            }
        }
    }

    @Test
    void bodiesAndTrailersPassBothWays() throws Exception {
        try (Http3Wire wire = start((request, to) -> {
            seen.add(request.header("Transfer-Encoding") + " " + request.text() + " " + request.trailers.strip());
            to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: X-Mine\r\nX-Mine: 1\r\n\r\n"
                    + "4\r\nback\r\n0\r\nX-Sum: 42\r\nHost: evil\r\n\r\n");
        })) {
            Http3Stream stream = wire.request("POST", "/", false);
            stream.data("there", false);
            stream.headers(true, "x-hash", "abc", "cookie", "evil=1");
            assertThat(seen.take()).isEqualTo("chunked there x-hash: abc");
            assertThat(stream.text()).isEqualTo("back");
            assertThat(stream.head().contains("transfer-encoding")).isFalse();
            assertThat(stream.head().contains("connection")).isFalse();
            assertThat(stream.head().contains("x-mine")).isFalse();
            Http3Headers trailers = Objects.requireNonNull(stream.trailers());
            assertThat(trailers.get("x-sum")).hasToString("42");
            assertThat(trailers.size()).isEqualTo(1);
        }
    }

    @Test
    void largeBodiesArriveWholeBothWays() throws Exception {
        byte[] up = random(5_000_000);
        byte[] down = random(7_000_000);
        try (Http3Wire wire = start((request, to) -> {
            seen.add(String.valueOf(Arrays.equals(request.body, up)));
            to.send("HTTP/1.1 200 OK\r\nContent-Length: " + down.length + "\r\n\r\n");
            to.send(down);
        })) {
            Http3Stream stream = wire.request("POST", "/", false, "content-length", "" + up.length);
            stream.data(up, true);
            assertThat(stream.body()).isEqualTo(down);
            assertThat(seen.take()).isEqualTo("true");
        }
    }

    // Ten datagrams may be on their way at first, less what the head takes: with one of these lengths the end of the
    // stream has no room beside the last bytes.
    @Test
    void anAnswerThatFillsTheCongestionWindowEnds() throws Exception {
        start((request, wire) -> Backend.ok(
                        wire, "x".repeat(Integer.parseInt(request.target().substring(1)))))
                .close();
        for (int length = 12_500; length < 13_100; length += 12) {
            try (Http3Wire wire = new Http3Wire(proxy.tlsPort, "app.test")) {
                assertThat(wire.get("/" + length).text()).hasSize(length);
            }
        }
    }

    @Test
    void aLengthThatWasAnnouncedReachesTheApplication() throws Exception {
        try (Http3Wire wire = start((request, to) -> Backend.ok(
                to, request.header("Content-Length") + request.header("Transfer-Encoding") + request.text()))) {
            Http3Stream stream = wire.request("POST", "/", false, "content-length", "5");
            stream.data("hello", true);
            assertThat(stream.text()).isEqualTo("5nullhello");
        }
    }

    @Test
    void headAndBodilessStatusesEndWithTheirHead() throws Exception {
        try (Http3Wire wire = start((request, to) -> to.send(
                request.method().equals("HEAD")
                        ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
                        : "HTTP/1.1 204 No Content\r\n\r\n"))) {
            Http3Stream head = wire.request("HEAD", "/", true);
            assertThat(head.head().get("content-length")).hasToString("5");
            assertThat(head.body()).isEmpty();
            Http3Stream none = wire.get("/");
            assertThat(none.status()).isEqualTo("204");
            assertThat(none.body()).isEmpty();
        }
    }

    @Test
    void interimResponsesAndInvitationsComeFirst() throws Exception {
        try (Http3Wire wire = start((request, to) -> {
            to.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            echo(request, to);
        })) {
            Http3Stream stream = wire.request("POST", "/", false, "expect", "100-continue");
            await().until(() -> stream.interim().equals(List.of("100")));
            stream.data("hello", true);
            assertThat(stream.text()).isEqualTo("POST / hello");
            assertThat(stream.interim()).containsExactly("100", "103");
        }
    }

    @Test
    void whatIsSentPieceByPieceArrivesPieceByPieceBothWays() throws Exception {
        try (Http3Wire wire = start(false, (request, to) -> {
            to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (byte[] chunk = to.chunk(); chunk.length > 0; chunk = to.chunk()) {
                to.send(Integer.toHexString(chunk.length) + "\r\n");
                to.send(chunk);
                to.send("\r\n");
            }
            to.line();
            to.send("0\r\n\r\n");
        })) {
            Http3Stream stream = wire.request("POST", "/", false);
            assertThat(stream.status()).isEqualTo("200");
            long length = 0;
            for (String piece : List.of("one", "two", "three")) {
                stream.data(piece, false);
                length += piece.length();
                long expected = length;
                await().until(() -> stream.received() == expected);
            }
            stream.end();
            assertThat(stream.text()).isEqualTo("onetwothree");
        }
    }

    @Test
    void anEarlyAnswerIsWholeAndStopsTheUpload() throws Exception {
        try (Http3Wire wire = start(false, (request, to) -> {
            to.send("HTTP/1.1 413 Too Big\r\nContent-Length: 7\r\n\r\ntoo big");
            goOn.await();
        })) {
            Http3Stream stream = wire.request("POST", "/", false);
            stream.data("start", false);
            assertThat(stream.status()).isEqualTo("413");
            assertThat(stream.text()).isEqualTo("too big");
            await().until(() -> StreamCapacity.stopped(stream.channel()));
            assertThat(wire.get("/next").status()).isEqualTo("413");
        }
    }

    @Test
    void aWebSocketIsNotOpened() throws Exception {
        try (Http3Wire wire = start(Http3Test::echo)) {
            Http3Stream stream = wire.open();
            stream.headers(
                    false,
                    ":method",
                    "CONNECT",
                    ":protocol",
                    "websocket",
                    ":scheme",
                    "https",
                    ":authority",
                    "app.test",
                    ":path",
                    "/");
            assertThat(stream.resetCode()).isEqualTo(MESSAGE_ERROR);
            assertThat(wire.get("/").text()).isEqualTo("GET / ");
        }
    }

    // -- flow control

    @Test
    void aStreamThatIsNotReadSlowsItsTargetDownAndNoOtherStream() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (Http3Wire wire = start((request, to) -> {
            if (request.target().equals("/large")) {
                to.send("HTTP/1.1 200 OK\r\nContent-Length: 40000000\r\n\r\n");
                for (int i = 0; i < 400; i++) {
                    to.send(new byte[100_000]);
                    sent.addAndGet(100_000);
                }
            } else {
                echo(request, to);
            }
        })) {
            Http3Stream large = wire.get("/large");
            assertThat(large.status()).isEqualTo("200");
            large.pause();
            assertThat(Standstill.of(sent::get)).isLessThan(20_000_000);
            assertThat(wire.get("/small").text()).isEqualTo("GET /small ");
            large.resume();
            assertThat(large.body()).hasSize(40_000_000);
        }
    }

    @Test
    void anUploadThatIsNotReadIsGivenNoMoreWindowAndHoldsUpNoOtherStream() throws Exception {
        try (Http3Wire wire = start(false, (request, to) -> {
            if (request.method().equals("POST")) {
                goOn.await();
                to.skip(30_000_000);
            }
            Backend.ok(to, "read");
        })) {
            Http3Stream large = wire.request("POST", "/large", false, "content-length", "30000000");
            for (int i = 0; i < 300; i++) {
                large.data(new byte[100_000], i == 299);
            }
            // What the kernel and the connection to the target take in, and a window.
            assertThat(Standstill.of(large::sent)).isLessThan(20_000_000);
            assertThat(wire.get("/small").text()).isEqualTo("read");
            goOn.countDown();
            assertThat(large.text()).isEqualTo("read");
            assertThat(large.sent()).isEqualTo(30_000_000);
        }
    }

    // -- clients that leave

    @Test
    void aClientThatStopsWaitingCancelsItsRequestWithinASecond() throws Exception {
        try (Http3Wire wire = start(false, (request, to) -> to.rest())) {
            Http3Stream stream = wire.get("/waits");
            await().until(() -> proxy.inflight() == 1);
            stream.stop(REQUEST_CANCELLED);
            await().atMost(Duration.ofMillis(1500)).until(() -> proxy.inflight() == 0 && app.openConnections() == 0);
        }
    }

    @Test
    void aStreamThatIsResetLeavesNothingBehindInAnyPhase() throws Exception {
        try (Http3Wire wire = start(false, (request, to) -> {
            if (request.target().equals("/body")) {
                to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            }
            to.rest();
        })) {
            Http3Stream body = wire.get("/body");
            Http3Stream upload = wire.request("POST", "/uploads", false);
            upload.data("part", false);
            await().until(() -> body.received() == 5 && proxy.inflight() == 2);
            body.stop(REQUEST_CANCELLED);
            upload.reset(REQUEST_CANCELLED);
            await().until(() -> proxy.inflight() == 0 && app.openConnections() == 0);
            proxy.pauses.pause("app", Duration.ofSeconds(5), Duration.ofSeconds(30));
            Http3Stream held = wire.get("/held");
            await().until(() -> proxy.services.get("app").gate().waiting() == 1);
            held.stop(REQUEST_CANCELLED);
            await().until(() -> proxy.services.get("app").gate().waiting() == 0);
        }
    }

    // The answer is sent but for what the client's window has no room for; some of these lengths leave its end behind.
    @Test
    void anAnswerWhoseUploadIsResetMeanwhileEndsWholeOrIsCut() throws Exception {
        try (Http3Wire wire = start(false, (request, to) -> {
            int length = Integer.parseInt(request.target().substring(1));
            to.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + "x".repeat(length));
            to.close();
        })) {
            for (int length = 200_000; length < 400_000; length += 16_000) {
                Http3Stream stream = wire.request("POST", "/" + length, false);
                stream.pause();
                Standstill.of(proxy::inflight);
                stream.reset(REQUEST_CANCELLED);
                assertThat(wire.get("/1").text()).isEqualTo("x");
                stream.resume();
                await().until(stream::resetOrEnded);
                if (stream.ended()) {
                    assertThat(stream.body()).hasSize(length);
                }
            }
        }
    }

    @Test
    void aConnectionThatEndsEndsAllItsStreams() throws Exception {
        try (Http3Wire wire = start(false, (request, to) -> to.rest())) {
            for (int i = 0; i < 30; i++) {
                wire.request("POST", "/" + i, i % 2 == 1);
            }
            await().until(() -> proxy.inflight() == 30);
        }
        await().until(() -> proxy.inflight() == 0 && app.openConnections() == 0);
        assertThat(proxy.workers.clientConnections()).isZero();
    }

    @Test
    void aClientThatOpensAndResetsStreamsAllTheTimeIsSentAway() throws Exception {
        try (Http3Wire wire = start(false, (request, to) -> to.rest())) {
            await().until(() -> {
                for (int i = 0; i < 50 && wire.active(); i++) {
                    Http3Stream stream = wire.request("POST", "/", false);
                    stream.reset(REQUEST_CANCELLED);
                    stream.stop(REQUEST_CANCELLED);
                }
                return wire.closed() != null;
            });
            assertThat(Objects.requireNonNull(wire.closed()).error()).isEqualTo(EXCESSIVE_LOAD);
            await().until(() -> proxy.inflight() == 0 && app.openConnections() == 0);
            assertThat(proxy.workers.limitHits().count(Limit.CLIENT_RESETS)).isEqualTo(1);
        }
    }

    // -- targets that fail

    @Test
    void anAnswerThatIsCutEndsWithAResetAndTheConnectionGoesOn() throws Exception {
        try (Http3Wire wire = start((request, to) -> {
            if (request.target().equals("/cut")) {
                to.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
            } else if (request.target().equals("/chunked")) {
                to.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n");
            } else if (request.target().equals("/fine")) {
                Backend.ok(to, "fine");
            }
            to.close();
        })) {
            for (String path : List.of("/cut", "/chunked")) {
                Http3Stream cut = wire.get(path);
                assertThat(cut.resetCode()).isEqualTo(INTERNAL_ERROR);
                assertThat(cut.ended()).isFalse();
            }
            assertThat(wire.get("/none").status()).isEqualTo("502");
            assertThat(wire.get("/fine").text()).isEqualTo("fine");
        }
    }

    @Test
    void aDrainThatTakesTooLongIsToldOnItsStreamAlone() throws Exception {
        try (Http3Wire wire = start((request, to) -> {
                    goOn.await();
                    echo(request, to);
                });
                Backend next = Backend.named("next")) {
            Http3Stream slow = wire.get("/slow");
            await().until(() -> proxy.inflight() == 1);
            proxy.deploy("app", OPTIONS, ProxyFixture.QUICK, Duration.ofMillis(20), next);
            assertThat(slow.status()).isEqualTo("504");
            assertThat(wire.get("/").text()).isEqualTo("next");
        }
    }

    @Test
    void aProxyThatEndsSaysGoodbyeAndLetsStreamsFinish() throws Exception {
        byte[] large = random(3_000_000);
        try (Http3Wire wire = start((request, to) -> {
                    goOn.await();
                    to.send("HTTP/1.1 200 OK\r\nContent-Length: " + large.length + "\r\n\r\n");
                    to.send(large);
                });
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Http3Stream slow = wire.get("/slow");
            await().until(() -> proxy.inflight() == 1);
            Future<Boolean> draining = threads.submit(() -> proxy.workers.drain(Duration.ofSeconds(20)));
            await().until(() -> Objects.equals(wire.goAway(), 4L));
            goOn.countDown();
            assertThat(slow.body()).isEqualTo(large);
            await().until(() -> wire.closed() != null);
            assertThat(Objects.requireNonNull(wire.closed()).error()).isEqualTo(NO_ERROR);
            assertThat(draining.get()).isTrue();
        }
    }

    @Test
    void anIdleConnectionIsClosedAtOnceWhenTheProxyEnds() throws Exception {
        try (Http3Wire wire = start(Http3Test::echo)) {
            assertThat(wire.get("/").text()).isEqualTo("GET / ");
            proxy.workers.drain(Duration.ofSeconds(5));
            await().until(() -> wire.closed() != null && !wire.active());
        }
    }
}
