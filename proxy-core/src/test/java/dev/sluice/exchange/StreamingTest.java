package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.edge.EdgeLimits;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are streams, at services that hold messages until they are complete. */
@Timeout(60)
class StreamingTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String GET = "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n";
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final BufferOptions BOTH = new BufferOptions(true, true, 1000, 0, 0);

    private final CountDownLatch goOn = new CountDownLatch(1);
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private ProxyFixture proxy = new ProxyFixture();
    private @Nullable Backend app;

    StreamingTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        goOn.countDown();
        if (app != null) {
            app.close();
        }
        proxy.close();
    }

    private Backend deploy(BufferOptions buffering, Backend.Script script) throws Exception {
        return deploy(ProxyFixture.buffering(buffering), script);
    }

    private Backend deploy(TargetOptions options, Backend.Script script) throws Exception {
        Backend backend = new Backend("app", script);
        app = backend;
        proxy.deploy("app", ServiceOptions.DEFAULT, options, LONG, backend);
        return backend;
    }

    private static String chunk(String data) {
        return Integer.toHexString(data.length()) + "\r\n" + data + "\r\n";
    }

    // -- how soon

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: text/event-stream",
                "Content-Type: application/x-ndjson",
                "Content-Type: application/grpc",
                "X-Accel-Buffering: no",
                "Content-Type: text/plain"
            })
    void eventsReachTheClientAtOnceThoughResponsesAreHeld(String header) throws Exception {
        int events = 50;
        deploy(BOTH, (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\n" + header + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            take();
            for (int i = 0; i < events; i++) {
                wire.send(chunk(Long.toString(System.nanoTime())));
                // One at a time: each is alone on its way.
                take();
            }
            wire.send("0\r\n\r\n");
        });
        List<Long> delays = new ArrayList<>();
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            wire.head();
            seen.add("head");
            for (int i = 0; i < events; i++) {
                long sent = Long.parseLong(new String(wire.chunk(), StandardCharsets.US_ASCII));
                delays.add(System.nanoTime() - sent);
                seen.add("event");
            }
        }
        Collections.sort(delays);
        assertThat(Duration.ofNanos(delays.get(events / 2))).as("median").isLessThan(Duration.ofMillis(50));
        assertThat(Duration.ofNanos(delays.getLast())).as("worst").isLessThan(Duration.ofSeconds(1));
    }

    private void take() throws IOException {
        try {
            seen.take();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    // -- a response that stands still

    @Test
    void aHeldResponseThatStandsStillIsSentAndPassesFromThenOn() throws Exception {
        deploy(BOTH, (request, wire) -> {
            wire.send(CHUNKED + chunk("one"));
            take();
            wire.send(chunk("two"));
            take();
            wire.send(chunk("three") + "0\r\nX-Sum: 1\r\n\r\n");
        });
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            assertThat(wire.head()).startsWith("HTTP/1.1 200");
            assertThat(wire.chunk()).asString().isEqualTo("one");
            seen.add("one");
            assertThat(wire.chunk()).asString().isEqualTo("two");
            seen.add("two");
            StringBuilder trailers = new StringBuilder();
            assertThat(wire.chunked(trailers)).asString().isEqualTo("three");
            assertThat(trailers.toString()).isEqualTo("X-Sum: 1\n");
            // The connections of both sides are fit for more.
            wire.send(GET);
            wire.head();
        }
    }

    @Test
    void aHeadWithoutABodyYetIsSentWhenNothingFollows() throws Exception {
        deploy(BOTH, (request, wire) -> {
            wire.send(CHUNKED);
            goOn.await();
            wire.send("0\r\n\r\n");
        });
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            assertThat(wire.head()).startsWith("HTTP/1.1 200");
            goOn.countDown();
            assertThat(wire.chunked(new StringBuilder())).isEmpty();
        }
    }

    @Test
    void aResponseThatEndsWithItsConnectionMayStandStillToo() throws Exception {
        deploy(BOTH, (request, wire) -> {
            wire.send("HTTP/1.0 200 OK\r\n\r\none");
            take();
            wire.send("two");
            wire.close();
        });
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            wire.head();
            assertThat(wire.chunk()).asString().isEqualTo("one");
            seen.add("one");
            assertThat(wire.chunked(new StringBuilder())).asString().isEqualTo("two");
        }
    }

    @Test
    void aResponseOfKnownLengthIsHeldHoweverLongItStandsStill() throws Exception {
        deploy(BOTH, (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none");
            goOn.await();
            wire.close();
        });
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            wire.timeout(600);
            assertThat(wire.ended()).as("a byte, or the end").isFalse();
            wire.timeout(10_000);
            goOn.countDown();
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(502);
        }
    }

    @Test
    void aResponseThatKeepsComingIsHeldToItsEnd() throws Exception {
        AtomicLong sent = new AtomicLong();
        deploy(BOTH, (request, wire) -> {
            wire.send(CHUNKED);
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < TimeUnit.MILLISECONDS.toNanos(600)) {
                wire.send(chunk("x"));
                sent.incrementAndGet();
                Thread.onSpinWait();
            }
            wire.close();
        });
        // All of it was held: the application's failure can still be told.
        assertThat(proxy.get("/").status()).isEqualTo(502);
        assertThat(sent).hasPositiveValue();
    }

    @Test
    void whatIsOnDiskWhenItStandsStillArrivesWholeAndTheRestBehindIt() throws Exception {
        String first = "0123456789".repeat(30_000);
        deploy(BOTH, (request, wire) -> {
            wire.send(CHUNKED + chunk(first));
            take();
            wire.send(chunk(first) + chunk("end") + "0\r\n\r\n");
        });
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            wire.head();
            StringBuilder got = new StringBuilder();
            while (got.length() < first.length()) {
                got.append(new String(wire.chunk(), StandardCharsets.US_ASCII));
            }
            seen.add("first");
            got.append(new String(wire.chunked(new StringBuilder()), StandardCharsets.US_ASCII));
            assertThat(got.toString().equals(first + first + "end")).isTrue();
        }
    }

    @Test
    void aStreamThatOutgrowsTheLimitIsCutAndCannotBeTakenForWhole() throws Exception {
        deploy(new BufferOptions(true, true, 1000, 0, 10), (request, wire) -> {
            wire.send(CHUNKED + chunk("12345678"));
            take();
            wire.send(chunk("90") + chunk("1") + "0\r\n\r\n");
        });
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            wire.head();
            assertThat(wire.chunk()).asString().isEqualTo("12345678");
            seen.add("first");
            assertThat(new String(wire.rest(), StandardCharsets.US_ASCII)).doesNotContain("0\r\n\r\n");
        }
        proxy.awaitLog("Response exceeded max response limit");
        await().until(() -> proxy.inflight() == 0);
    }

    @Test
    void aTargetThatDiesAfterStandingStillCutsTheResponse() throws Exception {
        deploy(BOTH, (request, wire) -> {
            wire.send(CHUNKED + chunk("one"));
            take();
            wire.close();
        });
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            wire.head();
            wire.chunk();
            seen.add("one");
            assertThat(wire.rest()).isEmpty();
        }
    }

    @Test
    void aSlowClientOfAStreamThatWasHeldHoldsUpTheTarget() throws Exception {
        AtomicLong sent = new AtomicLong();
        deploy(BOTH, (request, wire) -> {
            wire.send(CHUNKED + chunk("one"));
            take();
            String part = chunk("x".repeat(100_000));
            while (true) {
                wire.send(part);
                sent.addAndGet(part.length());
            }
        });
        try (Wire wire = Wire.narrowTo(proxy.port)) {
            wire.send(GET);
            wire.head();
            wire.chunk();
            seen.add("one");
            long stoodAt = Standstill.of(sent::get);
            assertThat(stoodAt).isLessThan(50_000_000);
            wire.skip(stoodAt + 1_000_000);
        }
        await().until(() -> proxy.inflight() == 0);
    }

    // -- requests

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc", "application/grpc+proto"})
    void aRemoteCallIsNotCollected(String type) throws Exception {
        Backend target = new Backend("app", (request, wire) -> {
            String first = wire.text(10).strip();
            wire.send("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + chunk("got " + first.substring(3)));
            wire.send(chunk("and " + wire.text(10).substring(3, 8)) + "0\r\n\r\n");
        });
        app = target;
        target.readsBodies = false;
        proxy.deploy("app", ServiceOptions.DEFAULT, ProxyFixture.buffering(BOTH), LONG, target);
        try (Wire wire = proxy.connect()) {
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Type: " + type
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("hello"));
            wire.head();
            assertThat(wire.chunk()).asString().isEqualTo("got hello");
            wire.send(chunk("world"));
            assertThat(wire.chunk()).asString().isEqualTo("and world");
        }
        await().until(() -> proxy.inflight() == 0);
    }

    @Test
    void aRemoteCallIsHeldToTheLimitOfRequestsAllTheSame() throws Exception {
        deploy(new BufferOptions(true, true, 1000, 10, 0), (request, wire) -> Backend.ok(wire, "ok"));
        String call = "POST / HTTP/1.1\r\nHost: app.test\r\nContent-Type: application/grpc\r\n";
        assertThat(proxy.send(call + "Content-Length: 11\r\n\r\n").status()).isEqualTo(413);
        String chunked = call + "Transfer-Encoding: chunked\r\n\r\n";
        assertThat(proxy.send(chunked + chunk("12345") + chunk("678901")).status())
                .isEqualTo(413);
        assertThat(proxy.send(chunked + chunk("1234567890") + "0\r\n\r\n").status())
                .isEqualTo(200);
        await().until(() -> proxy.inflight() == 0);
    }

    // -- for how long

    @Test
    void aStreamThatIsQuietForLongerThanEveryLimitIsNotCut() throws Exception {
        Duration limit = Duration.ofMillis(200);
        EdgeLimits usual = EdgeLimits.DEFAULT;
        proxy.close();
        proxy = new ProxyFixture(new EdgeLimits(
                new EdgeLimits.Times(limit, limit, limit, limit),
                usual.heads(),
                usual.connections(),
                usual.http2(),
                0));
        deploy(ProxyFixture.answeringWithin(limit), (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            wire.send(chunk("one"));
            goOn.await();
            wire.send(chunk("two") + "0\r\n\r\n");
        });
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            wire.head();
            assertThat(wire.chunk()).asString().isEqualTo("one");
            wire.timeout(1500);
            assertThat(wire.ended()).as("a byte, or the end").isFalse();
            wire.timeout(10_000);
            goOn.countDown();
            assertThat(wire.chunk()).asString().isEqualTo("two");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"silent", "held", "stream"})
    void aClientThatLeavesFreesTheTargetWithinASecond(String phase) throws Exception {
        Backend target = deploy(BOTH, (request, wire) -> {
            if (phase.equals("held")) {
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegin");
            } else if (phase.equals("stream")) {
                wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nbegin");
            }
            wire.rest();
        });
        for (boolean reset : new boolean[] {false, true}) {
            try (Wire wire = proxy.connect()) {
                wire.send(GET);
                await().until(() -> target.openConnections() == 1 && proxy.inflight() == 1);
                if (phase.equals("stream")) {
                    wire.head();
                }
                if (reset) {
                    wire.reset();
                }
            }
            await().atMost(Duration.ofSeconds(1)).until(() -> target.openConnections() == 0 && proxy.inflight() == 0);
        }
        assertThat(target.requests).extracting(Message::target).containsExactly("/", "/");
    }
}
