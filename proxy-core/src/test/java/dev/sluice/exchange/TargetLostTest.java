package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One of several targets is killed or drops connections: no request fails that may be repeated. */
@Timeout(60)
class TargetLostTest {
    private static final List<String> METHODS = List.of("GET", "HEAD", "DELETE", "OPTIONS", "PUT");

    private final ProxyFixture proxy = new ProxyFixture();
    private final List<Backend> backends = new ArrayList<>();

    TargetLostTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        await().until(() -> proxy.inflight() == 0);
        for (Backend backend : backends) {
            backend.close();
        }
        proxy.close();
    }

    private Backend app(Backend.Script script) throws IOException {
        Backend backend = new Backend("app", script);
        backends.add(backend);
        return backend;
    }

    @Test
    void oneOfThreeIsKilledUnderLoad() throws Exception {
        for (int i = 0; i < 3; i++) {
            app((request, wire) -> {
                // Long enough for requests to be under way when it is killed.
                rest(5);
                if (request.method().equals("HEAD")) {
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
                } else {
                    Backend.ok(wire, "fine");
                }
            });
        }
        proxy.deploy("app", backends.toArray(Backend[]::new));
        AtomicBoolean going = new AtomicBoolean(true);
        AtomicInteger answered = new AtomicInteger();
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int c = 0; c < 15; c++) {
                String method = METHODS.get(c % METHODS.size());
                running.add(clients.submit(() -> {
                    try (Wire wire = proxy.connect()) {
                        while (going.get()) {
                            wire.send(method + " / HTTP/1.1\r\nHost: app.test\r\n\r\n");
                            Message answer =
                                    method.equals("HEAD") ? ProxyFixture.receiveHead(wire) : ProxyFixture.receive(wire);
                            if (answer.status() == 200) {
                                answered.incrementAndGet();
                            } else {
                                failures.add(method + " " + answer);
                            }
                        }
                    } catch (IOException e) {
                        failures.add(method + " " + e);
                    }
                    return null;
                }));
            }
            for (int killed = 0; killed < 2; killed++) {
                int before = answered.get();
                await().until(() -> answered.get() > before + 150 || !failures.isEmpty());
                backends.get(killed).kill();
            }
            int before = answered.get();
            await().until(() -> answered.get() > before + 150 || !failures.isEmpty());
            going.set(false);
            for (Future<?> client : running) {
                client.get();
            }
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void aGetWhoseTargetDropsTheConnectionIsSentToAnotherAndAPostIsNot() throws Exception {
        Backend bad = app((request, wire) -> wire.reset());
        Backend good = app((request, wire) -> Backend.ok(wire, "good"));
        proxy.deploy("app", bad, good);
        int failed = 0;
        for (int i = 0; i < 4; i++) {
            assertThat(proxy.get("/").text()).isEqualTo("good");
            if (bad.requests.size() > failed) {
                failed = bad.requests.size();
            }
        }
        assertThat(bad.requests).isNotEmpty();
        int posts = 0;
        for (int i = 0; i < 2; i++) {
            posts += proxy.post("/", "x").status() == 200 ? 1 : 0;
        }
        assertThat(good.requests.stream().filter(r -> r.method().equals("POST")).count()
                        + bad.requests.stream()
                                .filter(r -> r.method().equals("POST"))
                                .count())
                .isEqualTo(2);
        assertThat(posts).isLessThanOrEqualTo(2);
    }

    @Test
    void aRequestThatEveryTargetDropsIsSentToFewOfThem() throws Exception {
        for (int i = 0; i < 6; i++) {
            app((request, wire) -> wire.close());
        }
        proxy.deploy("app", backends.toArray(Backend[]::new));
        assertThat(proxy.get("/").status()).isEqualTo(502);
        assertThat(backends.stream().mapToInt(b -> b.requests.size()).sum()).isEqualTo(3);
    }

    @Test
    void aTargetThatDropsEveryRequestIsLeftOutAndSaidToBe() throws Exception {
        Backend bad = app((request, wire) -> wire.close());
        Backend good = app((request, wire) -> Backend.ok(wire, "good"));
        proxy.deploy("app", bad, good);
        for (int i = 0; i < 30; i++) {
            assertThat(proxy.get("/").text()).isEqualTo("good");
        }
        proxy.awaitLog("Target left out after failed requests");
        assertThat(bad.requests.size()).isLessThan(10);
    }

    @Test
    void anAnswerThatHasBegunIsNeverAskedForElsewhere() throws Exception {
        Backend.Script half = (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nConte");
            wire.close();
        };
        Backend one = app(half);
        Backend two = app(half);
        proxy.deploy("app", one, two);
        assertThat(proxy.get("/").status()).isEqualTo(502);
        assertThat(one.requests.size() + two.requests.size()).isEqualTo(1);
    }

    private static void rest(int millis) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
