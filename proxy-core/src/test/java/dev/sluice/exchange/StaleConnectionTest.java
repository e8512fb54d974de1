package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TargetOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Applications close connections whenever they like: what is sent again then, and what never is. */
@Timeout(60)
class StaleConnectionTest {
    private final ProxyFixture proxy = new ProxyFixture();
    private Backend app = Backend.named("unused");

    StaleConnectionTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        app.close();
        proxy.close();
    }

    private void deploy(Backend.Script script) throws Exception {
        app.close();
        app = new Backend("app", script);
        proxy.deploy("app", app);
    }

    private static void close(Wire wire, boolean reset) throws IOException {
        if (reset) {
            wire.reset();
        } else {
            wire.close();
        }
    }

    private static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: app.test\r\n\r\n";
    }

    /** How often the application was asked for each target. */
    private Map<String, Long> asked() {
        return app.requests.stream().collect(Collectors.groupingBy(Message::target, Collectors.counting()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGetNeverFailsBecauseIdleConnectionsWereClosed(boolean reset) throws Exception {
        deploy((request, wire) -> Backend.ok(wire, "fine"));
        for (int i = 0; i < 150; i++) {
            assertThat(proxy.get("/" + i).text()).isEqualTo("fine");
            app.dropConnections(reset);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGetNeverFailsBecauseItsConnectionIsClosedAsItIsSent(boolean reset) throws Exception {
        deploy((request, wire) -> {
            Backend.ok(wire, "fine");
            close(wire, reset && request.target().hashCode() % 2 == 0);
        });
        try (Wire wire = proxy.connect()) {
            for (int i = 0; i < 300; i++) {
                wire.send("GET /" + i + " HTTP/1.1\r\nHost: app.test\r\n\r\n");
                Message answer = ProxyFixture.receive(wire);
                // A reset may destroy an answer that is under way: that is the application's failure, and told as such.
                assertThat(answer.status()).isIn(200, reset ? 502 : 200);
            }
        }
    }

    @Test
    void noPostIsEverSentTwiceNorOnAUsedConnectionWhateverTheApplicationCloses() throws Exception {
        AtomicBoolean going = new AtomicBoolean(true);
        AtomicInteger answered = new AtomicInteger();
        deploy((request, wire) -> {
            Backend.ok(wire, request.target());
            if (request.target().hashCode() % 3 == 0) {
                wire.close();
            }
        });
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            // Reads fill the pool with connections that posts must not be tempted by.
            Future<?> reads = clients.submit(() -> {
                while (going.get()) {
                    proxy.get("/read");
                }
                return null;
            });
            Future<?> closing = clients.submit(() -> {
                for (int i = 0; going.get(); i++) {
                    dropIdle(i % 2 == 0);
                }
                return null;
            });
            List<Future<?>> posts = new ArrayList<>();
            for (int c = 0; c < 4; c++) {
                int client = c;
                posts.add(clients.submit(() -> {
                    try (Wire wire = proxy.connect()) {
                        for (int i = 0; i < 150; i++) {
                            String target = "/post-" + client + "-" + i;
                            wire.send(
                                    "POST " + target + " HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhello");
                            Message answer = ProxyFixture.receive(wire);
                            if (answer.status() == 200) {
                                assertThat(answer.text()).isEqualTo(target);
                                answered.incrementAndGet();
                            } else {
                                // Its own connection was among those that the application dropped.
                                assertThat(answer.status()).isEqualTo(502);
                            }
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> post : posts) {
                post.get();
            }
            going.set(false);
            reads.get();
            closing.get();
        }
        asked().forEach((target, times) -> {
            if (target.startsWith("/post")) {
                assertThat(times).as(target).isEqualTo(1);
            }
        });
        assertThat(answered.get()).isGreaterThan(100);
    }

    private void dropIdle(boolean reset) throws IOException, InterruptedException {
        app.dropConnections(reset);
        // The pace of an application that recycles its connections.
        Thread.sleep(3);
    }

    @Test
    void everyPostIsAnsweredWhenTheApplicationClosesAfterEachAnswer() throws Exception {
        deploy((request, wire) -> {
            Backend.ok(wire, request.target());
            wire.close();
        });
        try (Wire wire = proxy.connect()) {
            for (int i = 0; i < 200; i++) {
                wire.send("POST /" + i + " HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1\r\n\r\nx");
                assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/" + i);
            }
        }
        assertThat(asked())
                .hasSize(200)
                .allSatisfy((target, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void postsUseConnectionsOfTheirOwnAndLeaveThemToReads() throws Exception {
        deploy((request, wire) -> Backend.ok(wire, "fine"));
        int before = app.connections.get();
        for (int i = 0; i < 5; i++) {
            assertThat(proxy.post("/", "x").status()).isEqualTo(200);
        }
        assertThat(app.connections.get() - before).isEqualTo(5);
        proxy.get("/");
        assertThat(app.connections.get() - before).isEqualTo(5);
    }

    // The first request of each connection is answered, every further one is dropped.
    private void deployThatAnswersOncePerConnection() throws Exception {
        Map<Wire, Boolean> known = new ConcurrentHashMap<>();
        deploy((request, wire) -> {
            if (known.put(wire, true) == null) {
                Backend.ok(wire, request.target() + request.text());
            } else {
                wire.close();
            }
        });
    }

    @Test
    void aGetIsSentOnceMoreOnAFreshConnection() throws Exception {
        deployThatAnswersOncePerConnection();
        for (int i = 0; i < 20; i++) {
            assertThat(proxy.get("/" + i).text()).isEqualTo("/" + i);
        }
        assertThat(asked().values()).allMatch(times -> times <= 2);
        assertThat(app.requests).hasSizeGreaterThan(20);
    }

    @Test
    void aPutWhoseBodyIsStreamedIsNotSentAgain() throws Exception {
        deployThatAnswersOncePerConnection();
        for (int i = 0; i < 10; i++) {
            assertThat(proxy.send("PUT /" + i + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
                            .text())
                    .isEqualTo("/" + i + "x");
        }
        assertThat(asked().values()).containsOnly(1L);
    }

    @Test
    void aPutWhoseBodyIsBufferedIsSentAgainWithItsWholeBody() throws Exception {
        deployThatAnswersOncePerConnection();
        TargetOptions quick = ProxyFixture.QUICK;
        TargetOptions buffering = new TargetOptions(
                quick.healthCheck(),
                quick.responseTimeout(),
                new BufferOptions(true, false, 1000, 0, 0),
                List.of(),
                List.of(),
                true,
                false);
        proxy.deploy("app", ServiceOptions.DEFAULT, buffering, Duration.ofSeconds(5), app);
        String body = "0123456789".repeat(2000);
        for (int i = 0; i < 10; i++) {
            assertThat(proxy.send("PUT /" + i + " HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + body)
                            .text())
                    .isEqualTo("/" + i + body);
        }
        assertThat(app.requests).hasSizeGreaterThan(10).allMatch(r -> r.text().equals(body));
    }

    @Test
    void aRequestThatIsMarkedAsRepeatableMayUseAndLeaveAStaleConnection() throws Exception {
        deployThatAnswersOncePerConnection();
        for (int i = 0; i < 10; i++) {
            assertThat(proxy.send("POST /" + i
                                    + " HTTP/1.1\r\nHost: a\r\nIdempotency-Key: k\r\nContent-Length: 0\r\n\r\n")
                            .text())
                    .isEqualTo("/" + i);
        }
        assertThat(app.requests).hasSizeGreaterThan(10);
    }

    @Test
    void aFailureOnAFreshConnectionIsNotRepeated() throws Exception {
        deploy((request, wire) -> wire.close());
        assertThat(proxy.get("/").status()).isEqualTo(502);
        assertThat(app.requests).hasSize(1);
    }

    @Test
    void aSecondFailureIsTold() throws Exception {
        AtomicBoolean alive = new AtomicBoolean(true);
        deploy((request, wire) -> {
            if (alive.get()) {
                Backend.ok(wire, "fine");
            } else {
                wire.close();
            }
        });
        try (Wire wire = proxy.connect()) {
            wire.send(get("/first"));
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
            alive.set(false);
            wire.send(get("/second"));
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(502);
        }
        assertThat(asked()).containsEntry("/second", 2L);
    }

    @Test
    void aRequestWhoseAnswerHasBegunIsNotRepeated() throws Exception {
        AtomicBoolean alive = new AtomicBoolean(true);
        deploy((request, wire) -> {
            if (alive.get()) {
                Backend.ok(wire, "fine");
            } else {
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
                wire.close();
            }
        });
        try (Wire wire = proxy.connect()) {
            wire.send(get("/first"));
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
            alive.set(false);
            wire.send(get("/second"));
            wire.head();
            assertThat(wire.rest()).asString().isEqualTo("part");
        }
        assertThat(asked()).containsEntry("/second", 1L);
    }

    // -- what comes after a response belongs to nobody

    @Test
    void bytesBehindAResponseAreNeverTakenForTheAnswerToTheNextRequest() throws Exception {
        deploy((request, wire) -> wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nreal"
                + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake"));
        for (int i = 0; i < 30; i++) {
            try (Wire wire = proxy.connect()) {
                wire.send("GET /1 HTTP/1.1\r\nHost: app.test\r\n\r\n".repeat(4));
                for (int n = 0; n < 4; n++) {
                    assertThat(ProxyFixture.receive(wire).text()).isEqualTo("real");
                }
            }
        }
    }
}
