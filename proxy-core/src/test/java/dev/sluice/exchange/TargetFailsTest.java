package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.FullSocket;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TargetOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A target that fails, in whatever phase of a request: what its client is told. */
@Timeout(60)
class TargetFailsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String GET = "GET /x HTTP/1.1\r\nHost: app.test\r\n\r\n";

    private final ProxyFixture proxy = new ProxyFixture();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private Backend app = Backend.named("unused");

    TargetFailsTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        await().until(() -> proxy.inflight() == 0);
        goOn.countDown();
        app.close();
        proxy.close();
    }

    private void deploy(TargetOptions options, Backend.Script script) throws Exception {
        deploy(options, true, script);
    }

    private void deploy(TargetOptions options, boolean readsBodies, Backend.Script script) throws Exception {
        app.close();
        app = new Backend("app", script);
        app.readsBodies = readsBodies;
        proxy.deploy("app", ServiceOptions.DEFAULT, options, LONG, app);
    }

    private static void leave(Wire target, boolean reset) throws IOException {
        if (reset) {
            target.reset();
        } else {
            target.close();
        }
    }

    // -- before the answer

    @Test
    void nobodyListens() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        proxy.force("app", "127.0.0.1:" + port);
        assertThat(proxy.get("/").status()).isEqualTo(502);
        assertThat(proxy.post("/", "hello").status()).isEqualTo(502);
        proxy.awaitLog("connect: connection refused");
        proxy.awaitLog("\"msg\":\"Error while proxying\"");
    }

    @Test
    void itsNameIsUnknown() throws Exception {
        proxy.force("app", "no-such-host.invalid");
        assertThat(proxy.get("/").status()).isEqualTo(502);
        proxy.awaitLog("lookup no-such-host.invalid: no such host");
    }

    @Test
    void connectingTakesTooLong() throws Exception {
        try (FullSocket full = new FullSocket()) {
            proxy.force("app", full.address());
            assertThat(proxy.get("/").status()).isEqualTo(504);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itClosesWithoutAnAnswer(boolean reset) throws Exception {
        deploy(ProxyFixture.QUICK, (request, wire) -> leave(wire, reset));
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(502);
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhello");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(502);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itClosesInTheMiddleOfTheRequest(boolean reset) throws Exception {
        deploy(ProxyFixture.QUICK, false, (request, wire) -> {
            wire.exactly(10_000);
            leave(wire, reset);
        });
        for (int i = 0; i < 5; i++) {
            try (Wire wire = proxy.connect()) {
                wire.send(
                        "POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 50000000\r\n\r\n" + "x".repeat(500_000));
                assertThat(ProxyFixture.receive(wire).status()).isEqualTo(502);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Le",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
                "HTTP/1.1 20",
                "HTTP/1.1 103 Early Hints\r\n\r\n"
            })
    void itClosesInTheMiddleOfTheHead(String part) throws Exception {
        deploy(ProxyFixture.QUICK, (request, wire) -> {
            wire.send(part);
            wire.close();
        });
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            Message answer = ProxyFixture.receive(wire);
            if (answer.status() == 103) {
                answer = ProxyFixture.receive(wire);
            }
            assertThat(answer.status()).isEqualTo(502);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1 999999999 Odd\r\n\r\n",
                "HTTP/1.1 1000 Odd\r\n\r\n",
                "HTTP/1.1 99 Odd\r\n\r\n",
                "HTTP/1.1 0 Odd\r\n\r\n",
                "HTTP/1.1 xyz OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\n: a\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            })
    void itAnswersWhatIsNoResponse(String answer) throws Exception {
        deploy(ProxyFixture.QUICK, (request, wire) -> {
            wire.send(answer);
            wire.rest();
        });
        assertThat(proxy.get("/").status()).isEqualTo(502);
    }

    @Test
    void itsHeadIsEndless() throws Exception {
        deploy(ProxyFixture.QUICK, (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\n");
            while (true) {
                wire.send("X-Field: " + "x".repeat(1000) + "\r\n");
            }
        });
        assertThat(proxy.get("/").status()).isEqualTo(502);
        assertThat(app.openConnections()).isLessThanOrEqualTo(1);
    }

    @Test
    void itDoesNotAnswerInTime() throws Exception {
        deploy(ProxyFixture.answeringWithin(Duration.ofMillis(150)), (request, wire) -> {
            if (!request.target().equals("/quick")) {
                goOn.await();
            }
            Backend.ok(wire, "quick");
        });
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(504);
            wire.send("POST /quick HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhello");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
        }
    }

    @Test
    void theTimeToAnswerBeginsWithTheEndOfTheRequestAndEndsWithTheHead() throws Exception {
        Duration limit = Duration.ofMillis(400);
        deploy(ProxyFixture.answeringWithin(limit), (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha");
            wait(limit.multipliedBy(2));
            wire.send("lf");
        });
        try (Wire wire = proxy.connect()) {
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 2\r\n\r\nx");
            wait(limit.multipliedBy(2));
            wire.send("y");
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("half");
        }
    }

    // Time has to pass, and nothing else.
    private static void wait(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        await().until(() -> System.nanoTime() > until);
    }

    // -- in the middle of the answer

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "'Content-Length: 100\r\n\r\npart', false",
                "'Content-Length: 100\r\n\r\npart', true",
                "'Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n', false",
                "'Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n', true",
                "'Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n0\r\n', false",
                "'Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\nZZ\r\n', false",
                "'Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n5;\r\nxx', true"
            })
    void aClientCannotTakeAnAnswerThatWasCutForAWholeOne(String answer, boolean reset) throws Exception {
        CountDownLatch received = new CountDownLatch(1);
        deploy(ProxyFixture.QUICK, (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\n" + answer);
            try {
                received.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            leave(wire, reset);
        });
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            String head = wire.head();
            assertThat(wire.text(head.contains("chunked") ? 7 : 4)).contains("part");
            received.countDown();
            assertThat(ended(wire)).as("what follows").doesNotContain("0\r\n\r\n");
        }
    }

    private static String ended(Wire wire) {
        try {
            return new String(wire.rest(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCollectedAnswerThatIsCutIsToldCleanly(boolean reset) throws Exception {
        deploy(ProxyFixture.buffering(new BufferOptions(false, true, 1000, 0, 0)), (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            wire.send(new byte[50_000]);
            leave(wire, reset);
        });
        try (Wire wire = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                wire.send(GET);
                assertThat(ProxyFixture.receive(wire).status()).isEqualTo(502);
            }
        }
    }
}
