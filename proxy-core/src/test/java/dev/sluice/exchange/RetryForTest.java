package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.FullSocket;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import dev.sluice.service.DeployProgress;
import dev.sluice.service.Deployment;
import dev.sluice.service.ServiceOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A request that finds no connection to a target looks for one for a while, before anybody is told of it. */
@Timeout(60)
class RetryForTest {
    private static final Duration DRAIN = Duration.ofSeconds(5);

    private final ProxyFixture proxy = new ProxyFixture();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Backend> backends = new ArrayList<>();

    RetryForTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        await().until(() -> proxy.inflight() == 0);
        clients.close();
        for (Backend backend : backends) {
            backend.close();
        }
        proxy.close();
    }

    private Backend app(String name) throws IOException {
        Backend backend = Backend.named(name);
        backends.add(backend);
        return backend;
    }

    private void deploy(Duration retryFor, Backend... targets) throws Exception {
        proxy.deploy("app", ServiceOptions.DEFAULT, ProxyFixture.retryingFor(retryFor), DRAIN, targets);
    }

    // Deployed, and down when it is asked.
    private Backend down(Duration retryFor) throws Exception {
        Backend app = app("before");
        deploy(retryFor, app);
        app.close();
        return app;
    }

    @Test
    void aPostIsAnsweredByTheOnlyTargetThatComesBackMeanwhile() throws Exception {
        Backend app = down(Duration.ofSeconds(10));
        Future<Message> answer = clients.submit(() -> proxy.post("/", "hello"));
        Future<Message> second = clients.submit(() -> proxy.get("/"));
        pass(Duration.ofMillis(300));
        assertThat(answer.isDone()).isFalse();
        Backend back = Backend.instead(app, "after");
        backends.add(back);
        assertThat(answer.get().text()).isEqualTo("after");
        assertThat(second.get().text()).isEqualTo("after");
        assertThat(back.requests).extracting(Message::text).containsExactlyInAnyOrder("hello", "");
    }

    @Test
    void aBodyThatIsStillComingReachesTheTargetThatComesBackWhole() throws Exception {
        Backend app = down(Duration.ofSeconds(10));
        try (Wire wire = proxy.connect()) {
            String body = "0123456789".repeat(50_000);
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: " + body.length() + "\r\n\r\n");
            wire.send(body.substring(0, 20_000));
            pass(Duration.ofMillis(200));
            Backend back = Backend.instead(app, "after");
            backends.add(back);
            wire.send(body.substring(20_000));
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("after");
            assertThat(back.requests)
                    .singleElement()
                    .satisfies(r -> assertThat(r.text()).isEqualTo(body));
        }
    }

    @Test
    void aVersionThatIsSwitchedToMeanwhileTakesTheRequest() throws Exception {
        down(Duration.ofSeconds(10));
        Future<Message> answer = clients.submit(() -> proxy.post("/", "hello"));
        pass(Duration.ofMillis(100));
        deploy(Duration.ofSeconds(10), app("new"));
        assertThat(answer.get().text()).isEqualTo("new");
    }

    @Test
    void aSwitchDoesNotWaitForARequestThatOnlyLooks() throws Exception {
        down(Duration.ofSeconds(20));
        Future<Message> answer = clients.submit(() -> proxy.get("/"));
        pass(Duration.ofMillis(100));
        long begun = System.nanoTime();
        deploy(Duration.ofSeconds(1), app("new"));
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(DRAIN.minusSeconds(1));
        assertThat(answer.get().text()).isEqualTo("new");
    }

    @Test
    void aRequestThatFindsNobodyIsToldSoWhenTheTimeIsOver() throws Exception {
        down(Duration.ofMillis(700));
        long begun = System.nanoTime();
        assertThat(proxy.get("/").status()).isEqualTo(502);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        assertThat(took).isBetween(Duration.ofMillis(700), Duration.ofSeconds(4));
        proxy.awaitLog("connect: connection refused");
        assertThat(proxy.log()).containsOnlyOnce("Error while proxying");
    }

    @Test
    void withoutTimeTheFirstFailureIsToldAtOnce() throws Exception {
        down(Duration.ZERO);
        long begun = System.nanoTime();
        assertThat(proxy.get("/").status()).isEqualTo(502);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aNameWithoutAnAddressIsLookedForAsWell() throws Exception {
        proxy.force("app", "no-such-host.invalid");
        Future<Message> answer = clients.submit(() -> proxy.post("/", "x"));
        pass(Duration.ofMillis(200));
        deploy(Duration.ofSeconds(1), app("new"));
        assertThat(answer.get().text()).isEqualTo("new");
    }

    @Test
    void aClientThatLeavesEndsTheSearch() throws Exception {
        down(Duration.ofSeconds(30));
        try (Wire wire = proxy.connect()) {
            wire.send("GET /left HTTP/1.1\r\nHost: app.test\r\n\r\n");
            pass(Duration.ofMillis(200));
        }
        proxy.awaitLog("\"status\":499");
    }

    @Test
    void anotherTargetIsAskedAtOnceAndTheDeadOneLeftOut() throws Exception {
        Backend dead = app("dead");
        Backend alive = app("alive");
        deploy(Duration.ofSeconds(30), dead, alive);
        dead.kill();
        for (int i = 0; i < 12; i++) {
            assertThat(proxy.post("/", "x").text()).isEqualTo("alive");
        }
        assertThat(alive.requests).hasSize(12);
    }

    @Test
    void aTargetThatDoesNotAcceptIsGivenUpForAnother() throws Exception {
        Backend alive = app("alive");
        try (FullSocket full = new FullSocket()) {
            // The check's port answers for both.
            proxy.deployUnchecked("app", List.of(full.address(), alive.address()));
            for (int i = 0; i < 2; i++) {
                assertThat(proxy.post("/", "x").text()).isEqualTo("alive");
            }
        }
    }

    @Test
    void aMomentWithoutAnyHealthyTargetIsWaitedFor() throws Exception {
        Backend one = app("one");
        Backend two = app("two");
        deploy(Duration.ofSeconds(20), one, two);
        one.health = 500;
        two.health = 500;
        await().until(() -> proxy.log().split("\"state\":\"unhealthy\"", -1).length == 3);
        Future<Message> answer = clients.submit(() -> proxy.post("/", "x"));
        pass(Duration.ofMillis(300));
        assertThat(answer.isDone()).isFalse();
        two.health = 200;
        assertThat(answer.get().text()).isEqualTo("two");
    }

    @Test
    void withoutAnyHealthyTargetTheAnswerIs503InTheEnd() throws Exception {
        Backend one = app("one");
        Backend two = app("two");
        deploy(Duration.ofMillis(300), one, two);
        one.health = 500;
        two.health = 500;
        await().until(() -> proxy.get("/").status() == 503);
    }

    @Test
    void aNameIsReachedAtItsSecondAddressWhenTheFirstRefuses() throws Exception {
        List<InetAddress> addresses = List.of(InetAddress.getAllByName("localhost"));
        assumeThat(addresses).as("addresses of localhost").hasSizeGreaterThan(1);
        try (ServerSocket listener = new ServerSocket(0, 50, addresses.getLast())) {
            clients.submit(() -> {
                while (true) {
                    try (Wire wire = new Wire(listener.accept())) {
                        wire.head();
                        Backend.ok(wire, "second");
                    }
                }
            });
            proxy.deployer.deploy(
                    "app",
                    new Deployment(
                            List.of("localhost:" + listener.getLocalPort()),
                            List.of(),
                            Duration.ofSeconds(5),
                            DRAIN,
                            false),
                    ServiceOptions.DEFAULT,
                    ProxyFixture.retryingFor(Duration.ZERO),
                    DeployProgress.SILENT);
            assertThat(proxy.get("/").text()).isEqualTo("second");
        }
    }

    // Time has to pass, and nothing else.
    private static void pass(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        await().pollInterval(Duration.ofMillis(10)).until(() -> System.nanoTime() > until);
    }
}
