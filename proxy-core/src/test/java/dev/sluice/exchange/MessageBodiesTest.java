package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import dev.sluice.service.PauseGate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies, trailers, interim responses and invitations on their way through the proxy. */
@Timeout(60)
class MessageBodiesTest {
    private static final String CHUNKED_POST =
            "POST /up HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final ProxyFixture proxy = new ProxyFixture();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private Backend app = Backend.named("unused");

    MessageBodiesTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        goOn.countDown();
        app.close();
        proxy.close();
    }

    private void deploy(Backend.Script script) throws Exception {
        app.close();
        app = new Backend("app", script);
        proxy.deploy("app", app);
    }

    /** The script reads the requests' bodies itself. */
    private void deployReading(Backend.Script script) throws Exception {
        app.close();
        app = new Backend("app", script);
        app.readsBodies = false;
        proxy.deploy("app", app);
    }

    // -- streaming

    @Test
    void aRequestsBodyReachesTheTargetPieceByPiece() throws Exception {
        deployReading((request, wire) -> {
            seen.add(request.header("Transfer-Encoding") + "");
            for (int i = 0; i < 3; i++) {
                seen.add(new String(wire.chunk(), StandardCharsets.US_ASCII));
            }
            seen.add("end " + wire.chunk().length + wire.line());
            Backend.ok(wire, "done");
        });
        try (Wire wire = proxy.connect()) {
            wire.send(CHUNKED_POST);
            assertThat(seen.take()).isEqualTo("chunked");
            for (String piece : new String[] {"one", "two", "three"}) {
                wire.send(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
                assertThat(seen.take()).isEqualTo(piece);
            }
            wire.send("0\r\n\r\n");
            assertThat(seen.take()).isEqualTo("end 0");
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("done");
        }
    }

    @Test
    void aBodyOfKnownLengthKeepsItsLength() throws Exception {
        deploy((request, wire) -> Backend.ok(
                wire,
                request.header("Content-Length") + " " + request.header("Transfer-Encoding") + " " + request.text()));
        assertThat(proxy.post("/", "12345").text()).isEqualTo("5 null 12345");
        assertThat(proxy.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
                        .text())
                .isEqualTo("0 null ");
        assertThat(proxy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").text()).isEqualTo("null null ");
    }

    @Test
    void aResponsesBodyReachesTheClientPieceByPiece() throws Exception {
        BlockingQueue<String> pieces = new LinkedBlockingQueue<>();
        deploy((request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            try {
                for (String piece = pieces.take(); !piece.isEmpty(); piece = pieces.take()) {
                    wire.send(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            wire.send("0\r\n\r\n");
        });
        try (Wire wire = proxy.connect()) {
            wire.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
            assertThat(wire.head()).startsWith("HTTP/1.1 200 OK");
            for (String piece : new String[] {"one", "two", "three"}) {
                pieces.add(piece);
                assertThat(wire.chunk()).asString().isEqualTo(piece);
            }
            pieces.add("");
            assertThat(wire.chunk()).isEmpty();
        }
    }

    @Test
    void aTargetMayAnswerPieceByPieceWhatItIsSentPieceByPiece() throws Exception {
        deployReading((request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            byte[] chunk;
            do {
                chunk = wire.chunk();
                wire.send(Integer.toHexString(chunk.length) + "\r\n");
                wire.send(chunk);
                wire.send("\r\n");
            } while (chunk.length > 0);
            wire.line();
        });
        try (Wire wire = proxy.connect()) {
            wire.send(CHUNKED_POST);
            assertThat(wire.head()).startsWith("HTTP/1.1 200 OK");
            for (String piece : new String[] {"one", "two", "three"}) {
                wire.send(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
                assertThat(wire.chunk()).asString().isEqualTo(piece);
            }
            wire.send("0\r\n\r\n");
            assertThat(wire.chunk()).isEmpty();
        }
    }

    @Test
    void aResponseThatEndsWithItsConnectionIsCompleteForTheClient() throws Exception {
        deploy((request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nall there is");
            wire.close();
        });
        try (Wire wire = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                wire.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
                Message answer = ProxyFixture.receive(wire);
                assertThat(answer.header("Transfer-Encoding")).isEqualTo("chunked");
                assertThat(answer.text()).isEqualTo("all there is");
            }
        }
    }

    @Test
    void anHttp10TargetIsUnderstood() throws Exception {
        deploy((request, wire) -> {
            wire.send("HTTP/1.0 200 Fine\r\n\r\nold");
            wire.close();
        });
        Message answer = proxy.get("/");
        assertThat(answer.firstLine).isEqualTo("HTTP/1.1 200 Fine");
        assertThat(answer.text()).isEqualTo("old");
    }

    // -- trailers

    @Test
    void trailersPassBothWays() throws Exception {
        deploy((request, wire) -> {
            seen.add(request.text() + " | " + request.trailers.strip());
            wire.send("HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n");
            wire.send("4\r\ndata\r\n0\r\nX-Sum: 42\r\nX-Other: 1\r\n\r\n");
        });
        try (Wire wire = proxy.connect()) {
            wire.send(CHUNKED_POST + "2\r\nhi\r\n0\r\nX-Hash: abc\r\n\r\n");
            Message answer = ProxyFixture.receive(wire);
            assertThat(seen.take()).isEqualTo("hi | X-Hash: abc");
            assertThat(answer.text()).isEqualTo("data");
            assertThat(answer.trailers).isEqualTo("X-Sum: 42\nX-Other: 1\n");
        }
    }

    // -- interim responses

    @Test
    void interimResponsesReachTheClientBeforeTheFinalOne() throws Exception {
        deploy((request, wire) -> {
            wire.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nConnection: close\r\n\r\n");
            wire.send("HTTP/1.1 102 Processing\r\n\r\n");
            goOn.await();
            Backend.ok(wire, "final");
        });
        try (Wire wire = proxy.connect()) {
            wire.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
            Message hints = ProxyFixture.receive(wire);
            assertThat(hints.status()).isEqualTo(103);
            assertThat(hints.header("Link")).isEqualTo("</a.css>");
            assertThat(hints.header("Connection")).isNull();
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(102);
            goOn.countDown();
            Message answer = ProxyFixture.receive(wire);
            assertThat(answer.text()).isEqualTo("final");
            assertThat(answer.header("Link")).isNull();
        }
    }

    @Test
    void aContinueThatNobodyAskedTheTargetForIsNotPassedOn() throws Exception {
        deploy((request, wire) -> {
            wire.send("HTTP/1.1 100 Continue\r\n\r\n");
            Backend.ok(wire, "final");
        });
        assertThat(proxy.get("/").text()).isEqualTo("final");
    }

    // -- Expect

    private static String expecting(String host, String more) {
        return "POST /up HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 5\r\nExpect: 100-continue\r\n" + more
                + "\r\n";
    }

    @Test
    void aClientThatWaitsIsInvitedAndTheTargetIsNotAsked() throws Exception {
        deploy((request, wire) -> {
            seen.add("expect " + request.header("Expect"));
            Backend.ok(wire, request.text());
        });
        try (Wire wire = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                wire.send(expecting("app.test", ""));
                assertThat(ProxyFixture.receive(wire).firstLine).isEqualTo("HTTP/1.1 100 Continue");
                wire.send("hello");
                assertThat(ProxyFixture.receive(wire).text()).isEqualTo("hello");
                assertThat(seen.take()).isEqualTo("expect null");
            }
        }
    }

    @Test
    void aClientThatDoesNotWaitIsNotInvitedWhenItsBodyIsThere() throws Exception {
        deploy((request, wire) -> Backend.ok(wire, request.text()));
        try (Wire wire = proxy.connect()) {
            wire.send(expecting("app.test", "") + "hello");
            Message answer = ProxyFixture.receive(wire);
            if (answer.status() == 100) {
                // Invited before its body was read: allowed.
                answer = ProxyFixture.receive(wire);
            }
            assertThat(answer.text()).isEqualTo("hello");
        }
    }

    @Test
    void aClientWhoseRequestIsRefusedIsNotInvited() throws Exception {
        deploy((request, wire) -> Backend.ok(wire, request.text()));
        proxy.services.remove("app");
        try (Wire wire = proxy.connect()) {
            wire.send(expecting("app.test", ""));
            Message answer = ProxyFixture.receive(wire);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(wire.ended()).isTrue();
        }
    }

    @Test
    void aClientOfAStoppedServiceIsNotInvited() throws Exception {
        deploy((request, wire) -> Backend.ok(wire, request.text()));
        proxy.pauses.stop("app", Duration.ofSeconds(5), "");
        try (Wire wire = proxy.connect()) {
            wire.send(expecting("app.test", ""));
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(503);
        }
    }

    @Test
    void aClientThatIsHeldIsInvitedOnceItMayPass() throws Exception {
        deploy((request, wire) -> Backend.ok(wire, request.text()));
        proxy.pauses.pause("app", Duration.ofSeconds(5), Duration.ofSeconds(30));
        PauseGate gate = proxy.services.get("app").gate();
        try (Wire wire = proxy.connect()) {
            wire.send(expecting("app.test", ""));
            await().until(() -> gate.waiting() == 1);
            wire.timeout(100);
            assertThat(wire.ended())
                    .as("a byte, or the end, before it may pass")
                    .isFalse();
            wire.timeout(10_000);
            proxy.pauses.resume("app");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(100);
            wire.send("hello");
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("hello");
        }
    }

    @Test
    void anHttp10ClientIsNeverInvited() throws Exception {
        deploy((request, wire) -> Backend.ok(wire, request.text()));
        Message answer = proxy.send(
                "POST /up HTTP/1.0\r\nHost: app.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello");
        assertThat(answer.text()).isEqualTo("hello");
    }

    // -- answers before the end of the request

    @Test
    void anEarlyAnswerReachesAClientThatGoesOnSending() throws Exception {
        deployReading((request, wire) -> {
            wire.send("HTTP/1.1 413 Too Big\r\nConnection: close\r\nContent-Length: 7\r\n\r\ntoo big");
            wire.close();
        });
        for (int round = 0; round < 5; round++) {
            try (Wire wire = proxy.connect()) {
                wire.send("POST /up HTTP/1.1\r\nHost: app.test\r\nContent-Length: 100000000\r\n\r\nstart");
                Thread sending = Thread.ofVirtual().start(() -> {
                    try {
                        for (int i = 0; i < 200; i++) {
                            wire.send(new byte[50_000]);
                        }
                    } catch (IOException _) {
                        // Nobody reads the rest.
                    }
                });
                Message answer = ProxyFixture.receive(wire);
                assertThat(answer.status()).isEqualTo(413);
                assertThat(answer.text()).isEqualTo("too big");
                wire.reset();
                sending.join();
            }
        }
    }

    @Test
    void anEarlyAnswerReachesAClientThatHasPaused() throws Exception {
        deployReading((request, wire) -> {
            wire.send("HTTP/1.1 413 Too Big\r\nContent-Length: 7\r\n\r\ntoo big");
            goOn.await();
        });
        try (Wire wire = proxy.connect()) {
            wire.send("POST /up HTTP/1.1\r\nHost: app.test\r\nContent-Length: 100000000\r\n\r\nstart");
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("too big");
        }
        await().until(() -> proxy.inflight() == 0);
    }

    @Test
    void afterAnEarlyAnswerTheRestOfASmallBodyIsDroppedAndTheConnectionGoesOn() throws Exception {
        deployReading((request, wire) -> {
            wire.send("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
            wire.close();
        });
        try (Wire wire = proxy.connect()) {
            wire.send("POST /1 HTTP/1.1\r\nHost: app.test\r\nContent-Length: 10000\r\n\r\nstart");
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("no");
            wire.send("x".repeat(9995) + "POST /2 HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1\r\n\r\ny");
            Message answer = ProxyFixture.receive(wire);
            assertThat(answer.text()).isEqualTo("no");
        }
        assertThat(app.requests).extracting(Message::target).containsExactly("/1", "/2");
    }

    @Test
    void afterAnErrorOfTheProxysOwnTheRestOfASmallBodyIsDroppedAndTheConnectionGoesOn() throws Exception {
        deploy((request, wire) -> Backend.ok(wire, "x"));
        app.close();
        try (Wire wire = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                wire.send("POST /1 HTTP/1.1\r\nHost: app.test\r\nContent-Length: 10000\r\n\r\nstart");
                assertThat(ProxyFixture.receive(wire).status()).isEqualTo(502);
                wire.send("x".repeat(9995));
            }
        }
    }

    @Test
    void aMalformedChunkIsAnsweredThoughMoreFollows() throws Exception {
        deploy((request, wire) -> Backend.ok(wire, "x"));
        for (int round = 0; round < 5; round++) {
            try (Wire wire = proxy.connect()) {
                wire.send(CHUNKED_POST + "3\r\nabc\r\nZZ\r\n");
                Thread sending = Thread.ofVirtual().start(() -> {
                    try {
                        wire.send(new byte[2_000_000]);
                    } catch (IOException _) {
                        // Nobody reads it.
                    }
                });
                assertThat(ProxyFixture.receive(wire).status()).isEqualTo(400);
                wire.reset();
                sending.join();
            }
        }
        await().until(() -> proxy.inflight() == 0);
        assertThat(app.requests)
                .as("requests that the application took for complete")
                .isEmpty();
    }

    // -- messages without a body

    @Test
    void headAndBodilessStatusesHaveNoBody() throws Exception {
        deploy((request, wire) -> {
            String length = "Content-Length: 5\r\n";
            switch (request.target()) {
                case "/head" -> wire.send("HTTP/1.1 200 OK\r\n" + length + "\r\n");
                case "/head-chunked" -> wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                case "/204" -> wire.send("HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n");
                case "/304" -> wire.send("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n" + length + "\r\n");
                default -> Backend.ok(wire, "next");
            }
        });
        try (Wire wire = proxy.connect()) {
            for (String request : new String[] {"HEAD /head", "HEAD /head-chunked", "GET /204", "GET /304"}) {
                wire.send(request + " HTTP/1.1\r\nHost: app.test\r\n\r\nGET /next HTTP/1.1\r\nHost: app.test\r\n\r\n");
                Message bodiless = ProxyFixture.receiveHead(wire);
                switch (request) {
                    case "HEAD /head" ->
                        assertThat(bodiless.header("Content-Length")).isEqualTo("5");
                    case "GET /204" -> {
                        assertThat(bodiless.header("Content-Length")).isNull();
                        assertThat(bodiless.header("Transfer-Encoding")).isNull();
                    }
                    case "GET /304" -> assertThat(bodiless.header("ETag")).isEqualTo("\"a\"");
                    default -> assertThat(bodiless.status()).isEqualTo(200);
                }
                assertThat(ProxyFixture.receive(wire).text())
                        .as("after " + request)
                        .isEqualTo("next");
            }
        }
    }

    @Test
    void errorsOfTheProxysOwnHaveNoBodyForHead() throws Exception {
        deploy((request, wire) -> Backend.ok(wire, "x"));
        proxy.services.remove("app");
        try (Wire wire = proxy.connect()) {
            wire.send("HEAD / HTTP/1.1\r\nHost: app.test\r\n\r\nGET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
            assertThat(ProxyFixture.receiveHead(wire).status()).isEqualTo(404);
            Message answer = ProxyFixture.receive(wire);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text()).isNotEmpty();
        }
    }
}
