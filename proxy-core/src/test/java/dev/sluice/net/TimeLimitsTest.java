package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that take their time over HTTP/1. */
class TimeLimitsTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String GET = "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n";

    private Backend target;

    @SuppressWarnings("NullAway.Init") // every test starts it
    private ProxyFixture proxy;

    @BeforeEach
    void startTarget() throws Exception {
        target = new Backend("app", (request, wire) -> {
            if (request.firstLine.startsWith("GET /large")) {
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
                try {
                    for (int i = 0; i < 1000; i++) {
                        wire.send(new byte[100_000]);
                    }
                } catch (IOException e) {
                    wire.close();
                }
            } else {
                Backend.ok(wire, "app");
            }
        });
    }

    @AfterEach
    void stop() throws Exception {
        target.close();
        proxy.close();
    }

    private void start(Duration head, Duration body, Duration write, Duration keepAlive) throws Exception {
        EdgeLimits usual = EdgeLimits.DEFAULT;
        proxy = new ProxyFixture(new EdgeLimits(
                new EdgeLimits.Times(head, body, write, keepAlive),
                usual.heads(),
                usual.connections(),
                usual.http2(),
                1000));
        proxy.deploy("app", target);
    }

    private long hits(Limit limit) {
        return proxy.workers.limitHits().count(limit);
    }

    @Test
    void aHeadThatComesByteByByteIsAnsweredWith408() throws Exception {
        start(SHORT, LONG, LONG, LONG);
        try (Wire wire = proxy.connect()) {
            for (char c : "GET / HTT".toCharArray()) {
                wire.send(String.valueOf(c));
            }
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(408);
            assertThat(wire.ended()).isTrue();
        }
        assertThat(hits(Limit.HEAD_TIME)).isEqualTo(1);
        assertThat(target.requests).isEmpty();
    }

    @Test
    void aConnectionOnWhichNothingComesIsClosed() throws Exception {
        start(SHORT, LONG, LONG, LONG);
        try (Wire wire = proxy.connect()) {
            assertThat(wire.ended()).isTrue();
        }
        assertThat(hits(Limit.HEAD_TIME)).isEqualTo(1);
    }

    @Test
    void theHeadOfALaterRequestHasAsMuchTime() throws Exception {
        start(SHORT, LONG, LONG, LONG);
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
            wire.send("GET /second");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(408);
        }
    }

    @Test
    void aBodyThatStandsStillIsAnsweredWith408() throws Exception {
        start(LONG, SHORT, LONG, LONG);
        try (Wire wire = proxy.connect()) {
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 10\r\n\r\nhalf");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(408);
        }
        assertThat(hits(Limit.BODY_IDLE)).isEqualTo(1);
    }

    @Test
    void aBodyThatGoesOnMayTakeLonger() throws Exception {
        start(LONG, SHORT, LONG, LONG);
        try (Wire wire = proxy.connect()) {
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 10\r\n\r\n");
            long start = System.nanoTime();
            for (int i = 0; i < 10; i++) {
                long due = start + i * SHORT.toNanos() / 4;
                await().pollInterval(Duration.ofMillis(5)).until(() -> System.nanoTime() - due >= 0);
                wire.send("x");
            }
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
        }
        assertThat(hits(Limit.BODY_IDLE)).isZero();
    }

    @Test
    void aClientThatDoesNotReadItsResponseIsCutOff() throws Exception {
        start(LONG, LONG, SHORT, LONG);
        try (Wire wire = proxy.connect()) {
            wire.send("GET /large HTTP/1.1\r\nHost: app.test\r\n\r\n");
            await().until(() -> hits(Limit.WRITE_STALL) == 1);
            await().until(() -> proxy.workers.clientConnections() == 0);
        }
    }

    @Test
    void aConnectionWithoutAFurtherRequestIsClosed() throws Exception {
        start(LONG, LONG, LONG, SHORT);
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
            assertThat(wire.ended()).isTrue();
        }
        assertThat(hits(Limit.KEEP_ALIVE)).isEqualTo(1);
    }

    @Test
    void aBodyOverTheLimitIsRefusedBeforeItIsRead() throws Exception {
        start(LONG, LONG, LONG, LONG);
        try (Wire wire = proxy.connect()) {
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1001\r\n\r\n");
            Message answer = ProxyFixture.receive(wire);
            assertThat(answer.status()).isEqualTo(413);
        }
        assertThat(hits(Limit.BODY_BYTES)).isEqualTo(1);
        assertThat(target.requests).isEmpty();
    }

    @Test
    void aChunkedBodyIsCutAtTheLimit() throws Exception {
        start(LONG, LONG, LONG, LONG);
        try (Wire wire = proxy.connect()) {
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n"
                    + "x".repeat(1001));
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(413);
        }
        assertThat(hits(Limit.BODY_BYTES)).isEqualTo(1);
    }
}
