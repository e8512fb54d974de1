package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import dev.sluice.net.Transport;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.ServiceOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and responses that are collected before they are passed on. */
@Timeout(60)
class BufferingTest {
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private @Nullable ProxyFixture started;
    private Backend app = Backend.named("unused");

    @TempDir
    private Path directory = Path.of("unset");

    BufferingTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        goOn.countDown();
        app.close();
        if (started != null) {
            started.close();
        }
    }

    private ProxyFixture start(BufferOptions buffering, Backend.Script script) throws Exception {
        return start(directory, buffering, script);
    }

    private ProxyFixture start(Path spill, BufferOptions buffering, Backend.Script script) throws Exception {
        ProxyFixture proxy = new ProxyFixture(Transport.choose(false), spill);
        started = proxy;
        app.close();
        app = new Backend("app", script);
        proxy.deploy("app", ServiceOptions.DEFAULT, ProxyFixture.buffering(buffering), Duration.ofSeconds(10), app);
        return proxy;
    }

    private static String body(int length) {
        return "0123456789".repeat(length / 10 + 1).substring(0, length);
    }

    private static String chunked(String body) {
        return "POST /c HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
    }

    // -- both, at their limits

    @ParameterizedTest(name = "requests {0}, responses {1}, memory {2}, limit {3}: {4} up is {5}, {6} down is {7}")
    @CsvSource({
        "false, false, 1, 10, 50, 200, 50, 200",
        "true, true, 10, 10, 5, 200, 5, 200",
        "true, true, 10, 10, 10, 200, 10, 200",
        "true, true, 10, 10, 11, 413, 5, 200",
        "true, true, 10, 10, 5, 200, 11, 500",
        "true, true, 5, 20, 4, 200, 4, 200",
        "true, true, 5, 20, 5, 200, 5, 200",
        "true, true, 5, 20, 6, 200, 6, 200",
        "true, true, 5, 20, 20, 200, 20, 200",
        "true, true, 5, 20, 21, 413, 5, 200",
        "true, true, 5, 20, 5, 200, 21, 500",
        "true, false, 10, 10, 11, 413, 5, 200",
        "true, false, 10, 10, 5, 200, 39, 200",
        "false, true, 10, 10, 39, 200, 5, 200",
        "false, true, 10, 10, 39, 200, 11, 500",
        "true, true, 0, 0, 300000, 200, 300000, 200",
        "true, true, 65536, 0, 65536, 200, 65536, 200",
        "true, true, 65536, 0, 65537, 200, 65537, 200",
        "true, true, 1000000, 0, 3000000, 200, 3000000, 200"
    })
    void limitsHoldForWhatIsCollectedAndForNothingElse(
            boolean requests,
            boolean responses,
            long memory,
            long limit,
            int up,
            int upStatus,
            int down,
            int downStatus)
            throws Exception {
        int[] size = {5};
        ProxyFixture proxy = start(new BufferOptions(requests, responses, memory, limit, limit), (request, wire) -> {
            assertThat(request.text().equals(body(request.body.length))).isTrue();
            Backend.ok(wire, body(size[0]));
        });
        assertThat(proxy.post("/", body(up)).status()).isEqualTo(upStatus);
        assertThat(proxy.send(chunked(body(up))).status()).isEqualTo(upStatus);
        size[0] = down;
        Message answer = proxy.get("/");
        assertThat(answer.status()).isEqualTo(downStatus);
        if (downStatus == 200) {
            assertThat(answer.text().equals(body(down))).isTrue();
        }
        await().until(() -> proxy.inflight() == 0);
    }

    // -- requests

    @Test
    void theTargetIsNotAskedBeforeTheRequestIsThereAsAWhole() throws Exception {
        ProxyFixture proxy = start(new BufferOptions(true, false, 1000, 0, 0), (request, wire) -> {
            Backend.ok(
                    wire,
                    request.header("Content-Length") + " " + request.header("Transfer-Encoding") + " "
                            + request.text());
        });
        try (Wire wire = proxy.connect()) {
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhel");
            assertThat(proxy.get("/other").status()).isEqualTo(200);
            assertThat(proxy.inflight()).isZero();
            assertThat(app.requests).hasSize(1);
            wire.send("lo");
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("5 null hello");
            wire.send(chunked("hello"));
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("null chunked hello");
        }
    }

    @Test
    void aSlowUploadDoesNotHoldUpASwitchAndGoesToTheNewVersion() throws Exception {
        ProxyFixture proxy =
                start(new BufferOptions(true, false, 1000, 0, 0), (request, wire) -> Backend.ok(wire, "old"));
        try (Wire wire = proxy.connect();
                Backend next = new Backend("new", (request, wire2) -> Backend.ok(wire2, "new " + request.text()))) {
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhel");
            await().until(() -> proxy.workers.clientConnections() == 1);
            proxy.deploy(
                    "app",
                    ServiceOptions.DEFAULT,
                    ProxyFixture.buffering(new BufferOptions(true, false, 1000, 0, 0)),
                    Duration.ofSeconds(10),
                    next);
            wire.send("lo");
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("new hello");
        }
    }

    @Test
    void anAnnouncedLengthBeyondTheLimitIsRefusedAtOnceAndNotInvited() throws Exception {
        ProxyFixture proxy =
                start(new BufferOptions(true, false, 1000, 2000, 0), (request, wire) -> Backend.ok(wire, "x"));
        try (Wire wire = proxy.connect()) {
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 2001\r\nExpect: 100-continue\r\n\r\n");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(413);
        }
        assertThat(app.requests).isEmpty();
    }

    @Test
    void aClientThatWaitsIsInvitedWhenItsBodyIsCollected() throws Exception {
        ProxyFixture proxy = start(
                new BufferOptions(true, false, 1000, 2000, 0), (request, wire) -> Backend.ok(wire, request.text()));
        try (Wire wire = proxy.connect()) {
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(100);
            assertThat(app.requests).isEmpty();
            wire.send("hello");
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("hello");
        }
    }

    @Test
    void aMalformedBodyIsToldAndNothingReachesTheTarget() throws Exception {
        ProxyFixture proxy = start(new BufferOptions(true, false, 3, 0, 0), (request, wire) -> Backend.ok(wire, "x"));
        Message answer = proxy.send(
                "POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZ\r\n");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(app.requests).isEmpty();
        proxy.awaitLog("\"msg\":\"Malformed chunked request\"");
    }

    @Test
    void trailersOfACollectedRequestReachTheTarget() throws Exception {
        ProxyFixture proxy = start(
                new BufferOptions(true, false, 2, 0, 0),
                (request, wire) -> Backend.ok(wire, request.text() + " " + request.trailers.strip()));
        assertThat(proxy.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                .concat("5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"))
                        .text())
                .isEqualTo("hello X-Sum: 1");
    }

    @Test
    void aTargetThatReadsSlowlyGetsAWholeCollectedBody() throws Exception {
        int length = 6_000_000;
        ProxyFixture proxy = start(new BufferOptions(true, false, 2_000_000, 0, 0), (request, wire) -> {
            for (int at = 0; at < length; at += 10_000) {
                String part = wire.text(10_000);
                if (at % 1_000_000 == 0) {
                    seen.add(part.substring(0, 10));
                }
            }
            Backend.ok(wire, "read");
        });
        app.readsBodies = false;
        assertThat(proxy.post("/", body(length)).text()).isEqualTo("read");
        assertThat(seen).hasSize(6).containsOnly("0123456789");
    }

    // -- responses

    @Test
    void aResponseIsHeldUntilTheTargetIsDoneAndTheTargetIsFreeThen() throws Exception {
        ProxyFixture proxy = start(new BufferOptions(false, true, 1000, 0, 0), (request, wire) -> {
            wire.send("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 8\r\n\r\nhalf");
            goOn.await();
            wire.send("rest");
        });
        try (Wire wire = proxy.connect()) {
            wire.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
            await().until(() -> app.requests.size() == 1);
            wire.timeout(400);
            assertThat(wire.ended())
                    .as("a byte, or the end, before the target is done")
                    .isFalse();
            wire.timeout(10_000);
            goOn.countDown();
            Message answer = ProxyFixture.receive(wire);
            assertThat(answer.status()).isEqualTo(302);
            assertThat(answer.header("Location")).isEqualTo("/x");
            assertThat(answer.text()).isEqualTo("halfrest");
        }
    }

    @Test
    void trailersOfAHeldResponseReachTheClient() throws Exception {
        ProxyFixture proxy = start(
                new BufferOptions(false, true, 1000, 0, 0),
                (request, wire) -> wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "4\r\nbody\r\n0\r\nX-Sum: 1\r\n\r\n"));
        assertThat(proxy.get("/").trailers).isEqualTo("X-Sum: 1\n");
    }

    @Test
    void aSlowClientOfACollectedResponseDoesNotHoldTheTarget() throws Exception {
        int length = 20_000_000;
        ProxyFixture proxy = start(new BufferOptions(false, true, 100_000, 0, 0), (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
            wire.send(body(length));
            seen.add("sent");
        });
        try (Wire wire = Wire.narrowTo(proxy.port)) {
            wire.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
            assertThat(seen.take()).isEqualTo("sent");
            await().until(() -> proxy.inflight() == 0);
            assertThat(ProxyFixture.receive(wire).text().equals(body(length))).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: text/event-stream",
                "Content-Type: text/event-stream; charset=utf-8",
                "Content-Type: application/x-ndjson",
                "Content-Type: application/grpc+proto",
                "X-Accel-Buffering: no"
            })
    void streamsPassAtOnceThoughResponsesAreCollected(String header) throws Exception {
        ProxyFixture proxy = start(new BufferOptions(true, true, 1, 2, 2), (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\n" + header + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nevent\r\n");
            goOn.await();
            wire.send("0\r\n\r\n");
        });
        try (Wire wire = proxy.connect()) {
            wire.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
            wire.head();
            assertThat(wire.chunk()).asString().isEqualTo("event");
        }
    }

    @Test
    void anInterimResponseDoesNotStandInForTheCollectedOne() throws Exception {
        ProxyFixture proxy = start(new BufferOptions(false, true, 1000, 0, 0), (request, wire) -> {
            wire.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            wire.send("HTTP/1.1 422 Unprocessable\r\nContent-Length: 2\r\n\r\nno");
        });
        try (Wire wire = proxy.connect()) {
            wire.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(103);
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(422);
        }
    }

    @Test
    void headAndBodilessStatusesPassThroughTheBuffer() throws Exception {
        ProxyFixture proxy = start(new BufferOptions(true, true, 1000, 0, 0), (request, wire) -> {
            if (request.method().equals("HEAD")) {
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
            } else {
                wire.send("HTTP/1.1 204 No Content\r\n\r\n");
            }
        });
        try (Wire wire = proxy.connect()) {
            wire.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(ProxyFixture.receiveHead(wire).header("Content-Length")).isEqualTo("5");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(204);
        }
    }

    // -- the disk

    @Test
    void aDiskThatCannotBeWrittenIsTheProxysFault() throws Exception {
        ProxyFixture proxy = start(
                directory.resolve("missing"),
                new BufferOptions(true, true, 1000, 0, 0),
                (request, wire) -> Backend.ok(wire, body(request.target().equals("/large") ? 300_000 : 10)));
        assertThat(proxy.post("/", body(1001)).status()).isEqualTo(500);
        assertThat(proxy.post("/", body(2_000_000)).status()).isEqualTo(500);
        assertThat(app.requests).isEmpty();
        assertThat(proxy.get("/large").status()).isEqualTo(500);
        assertThat(proxy.post("/", body(1000)).status()).isEqualTo(200);
        proxy.awaitLog("\"msg\":\"Error buffering request\"");
        proxy.awaitLog("\"msg\":\"Error sending response\"");
        proxy.awaitLog("\"msg\":\"Buffer: failed to create spill file\"");
        await().until(() -> proxy.inflight() == 0);
    }
}
