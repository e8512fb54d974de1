package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import dev.sluice.service.PauseGate;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Services that are paused, stopped and resumed while requests come. */
@Timeout(60)
class PauseTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String GET = "GET /x HTTP/1.1\r\nHost: app.test\r\n\r\n";

    private final ProxyFixture proxy = new ProxyFixture();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final Backend app = new Backend("app", this::answer);

    PauseTest() throws IOException {}

    @BeforeEach
    void deploy() throws Exception {
        proxy.deploy("app", app);
    }

    @AfterEach
    void end() throws Exception {
        goOn.countDown();
        clients.shutdownNow();
        app.close();
        proxy.close();
    }

    private void answer(Message request, Wire wire) throws IOException {
        if (request.target().equals("/slow")) {
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        Backend.ok(wire, request.target() + request.text());
    }

    private PauseGate gate() throws Exception {
        return proxy.services.get("app").gate();
    }

    @Test
    void requestsOfAPausedServiceAreHeldAndAnsweredWhenItResumes() throws Exception {
        proxy.pauses.pause("app", LONG, LONG);
        Future<Message> get = clients.submit(() -> proxy.get("/get"));
        Future<Message> post = clients.submit(() -> proxy.post("/post", "x".repeat(100_000)));
        await().until(() -> gate().waiting() == 2);
        assertThat(app.requests).isEmpty();
        proxy.pauses.resume("app");
        assertThat(get.get().text()).isEqualTo("/get");
        assertThat(post.get().body).hasSize(100_005);
    }

    @Test
    void aHeldRequestGoesToWhateverIsDeployedWhenItIsLetGo() throws Exception {
        proxy.pauses.pause("app", LONG, LONG);
        Future<Message> held = clients.submit(() -> proxy.get("/get"));
        await().until(() -> gate().waiting() == 1);
        try (Backend next = Backend.named("next")) {
            proxy.deploy("app", next);
            assertThat(gate().waiting()).isEqualTo(1);
            proxy.pauses.resume("app");
            assertThat(held.get().text()).isEqualTo("next");
        }
    }

    @Test
    void aRequestIsHeldNoLongerThanThePauseAllows() throws Exception {
        proxy.pauses.pause("app", LONG, Duration.ofMillis(50));
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(504);
            proxy.pauses.resume("app");
            wire.send(GET);
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
        }
        proxy.awaitLog("Rejecting request due to expired pause");
        assertThat(gate().waiting()).isZero();
    }

    @Test
    void heldRequestsOfAServiceThatIsStoppedAreToldAtOnce() throws Exception {
        proxy.pauses.pause("app", LONG, LONG);
        Future<Message> held = clients.submit(() -> proxy.get("/get"));
        await().until(() -> gate().waiting() == 1);
        proxy.pauses.stop("app", LONG, "Back in <15> mins!");
        assertThat(held.get().status()).isEqualTo(503);
        Message page = proxy.send("GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n");
        assertThat(page.status()).isEqualTo(503);
        assertThat(page.text()).contains("Back in &lt;15&gt; mins!");
    }

    @Test
    void heldRequestsOfAServiceThatIsRemovedAreToldAtOnce() throws Exception {
        proxy.pauses.pause("app", LONG, LONG);
        PauseGate gate = gate();
        Future<Message> held = clients.submit(() -> proxy.get("/get"));
        await().until(() -> gate.waiting() == 1);
        proxy.services.remove("app");
        assertThat(held.get().status()).isEqualTo(404);
    }

    @Test
    void theHealthPathIsAnsweredByTheProxyWhileTheServiceIsPausedOrStopped() throws Exception {
        proxy.pauses.stop("app", LONG, "");
        for (String request : List.of("GET /up", "GET /up?x=1", "HEAD /up")) {
            try (Wire wire = proxy.connect()) {
                wire.send(request + " HTTP/1.1\r\nHost: app.test\r\n\r\n");
                assertThat(ProxyFixture.receiveHead(wire).status()).as(request).isEqualTo(200);
            }
        }
        for (String request : List.of("POST /up", "GET /up/x", "GET /other")) {
            assertThat(proxy.send(request + " HTTP/1.1\r\nHost: app.test\r\nContent-Length: 0\r\n\r\n")
                            .status())
                    .as(request)
                    .isEqualTo(503);
        }
        assertThat(app.requests).isEmpty();
    }

    @Test
    void aPauseReturnsWhenTheRequestsInFlightAreDone() throws Exception {
        Future<Message> slow = clients.submit(() -> proxy.get("/slow"));
        await().until(() -> proxy.inflight() == 1);
        Future<?> pausing = clients.submit(() -> {
            proxy.pauses.pause("app", LONG, LONG);
            return null;
        });
        await().until(() -> !gate().running());
        assertThat(pausing.isDone()).isFalse();
        goOn.countDown();
        pausing.get();
        assertThat(slow.get().status()).isEqualTo(200);
        assertThat(proxy.inflight()).isZero();
    }

    @Test
    void aPauseCancelsWhatTakesLongerThanItsDrainAndTheTargetServesOn() throws Exception {
        Future<Message> slow = clients.submit(() -> proxy.get("/slow"));
        await().until(() -> proxy.inflight() == 1);
        proxy.pauses.pause("app", Duration.ofMillis(30), LONG);
        assertThat(slow.get().status()).isEqualTo(504);
        proxy.pauses.resume("app");
        assertThat(proxy.get("/after").status()).isEqualTo(200);
    }

    @Test
    void pausingAndResumingUnderLoadLosesAndDuplicatesNothing() throws Exception {
        AtomicBoolean going = new AtomicBoolean(true);
        AtomicInteger number = new AtomicInteger();
        Set<String> answered = ConcurrentHashMap.newKeySet();
        List<Future<?>> running = new ArrayList<>();
        for (int c = 0; c < 6; c++) {
            boolean posts = c % 2 == 0;
            running.add(clients.submit(() -> {
                try (Wire wire = proxy.connect()) {
                    while (going.get()) {
                        String target = "/" + number.incrementAndGet();
                        wire.send(
                                posts
                                        ? "POST " + target + " HTTP/1.1\r\nHost: app.test\r\nContent-Length: 0\r\n\r\n"
                                        : "GET " + target + " HTTP/1.1\r\nHost: app.test\r\n\r\n");
                        Message answer = ProxyFixture.receive(wire);
                        assertThat(answer.status()).isEqualTo(200);
                        assertThat(answer.text()).isEqualTo(target);
                        answered.add(target);
                    }
                }
                return null;
            }));
        }
        for (int i = 0; i < 60; i++) {
            int before = answered.size();
            proxy.pauses.pause("app", LONG, LONG);
            assertThat(proxy.inflight())
                    .as("in flight when the pause has returned")
                    .isZero();
            int asked = app.requests.size();
            if (i % 10 == 0) {
                await().until(() -> gate().waiting() == 6);
            }
            assertThat(app.requests).as("requests that passed a closed gate").hasSize(asked);
            proxy.pauses.resume("app");
            await().until(() -> answered.size() > before + 3);
        }
        going.set(false);
        for (Future<?> client : running) {
            client.get();
        }
        Map<String, Long> asked =
                app.requests.stream().collect(Collectors.groupingBy(Message::target, Collectors.counting()));
        assertThat(asked.keySet()).isEqualTo(answered);
        assertThat(asked.values()).containsOnly(1L);
    }

    @Test
    void stoppingAndResumingUnderLoadAnswersEveryRequestOnceAndOnlySo() throws Exception {
        AtomicBoolean going = new AtomicBoolean(true);
        AtomicInteger served = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (int c = 0; c < 6; c++) {
            running.add(clients.submit(() -> {
                try (Wire wire = proxy.connect()) {
                    while (going.get()) {
                        wire.send(GET);
                        int status = ProxyFixture.receive(wire).status();
                        assertThat(status).isIn(200, 503);
                        (status == 200 ? served : refused).incrementAndGet();
                    }
                }
                return null;
            }));
        }
        for (int i = 0; i < 30; i++) {
            int before = refused.get();
            proxy.pauses.stop("app", LONG, "");
            await().until(() -> refused.get() > before);
            int servedBefore = served.get();
            proxy.pauses.resume("app");
            await().until(() -> served.get() > servedBefore);
        }
        going.set(false);
        for (Future<?> client : running) {
            client.get();
        }
        assertThat(app.requests).hasSize(served.get());
    }
}
