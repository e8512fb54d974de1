package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of requests whose target is replaced, and of those of a proxy that ends. */
@Timeout(60)
class DrainingTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(30);

    private final ProxyFixture proxy = new ProxyFixture();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final Backend old = new Backend("old", this::answer);
    private final Backend next = Backend.named("next");

    DrainingTest() throws IOException {}

    @BeforeEach
    void deploy() throws Exception {
        proxy.deploy("app", old);
    }

    @AfterEach
    void end() throws Exception {
        goOn.countDown();
        clients.shutdownNow();
        old.close();
        next.close();
        proxy.close();
    }

    private void answer(Message request, Wire wire) throws IOException {
        if (request.target().startsWith("/begins")) {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegin");
        }
        if (!request.target().equals("/quick")) {
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        if (request.target().startsWith("/begins")) {
            wire.send("ended");
        } else {
            Backend.ok(wire, "old");
        }
    }

    private void replace(Duration drain) throws Exception {
        proxy.deploy("app", ServiceOptions.DEFAULT, ProxyFixture.QUICK, drain, next);
    }

    @Test
    void requestsInFlightFinishOnTheOldVersionAndTheDeployReturnsThen() throws Exception {
        List<Future<Message>> slow = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            slow.add(clients.submit(() -> proxy.get("/slow")));
        }
        await().until(() -> old.requests.size() == 3);
        Future<?> deploying = clients.submit(() -> {
            replace(LONG);
            return null;
        });
        await().until(() -> proxy.get("/quick").text().equals("next"));
        assertThat(deploying.isDone()).isFalse();
        goOn.countDown();
        deploying.get();
        for (Future<Message> request : slow) {
            assertThat(request.get().text()).isEqualTo("old");
        }
    }

    @Test
    void requestsThatTakeLongerThanTheDrainGet504() throws Exception {
        List<Future<Message>> slow = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            slow.add(clients.submit(() -> proxy.get("/slow")));
        }
        await().until(() -> old.requests.size() == 20);
        replace(SHORT);
        for (Future<Message> request : slow) {
            assertThat(request.get().status()).isEqualTo(504);
        }
        goOn.countDown();
        await().until(() -> proxy.inflight() == 0 && old.openConnections() == 0);
        proxy.awaitLog("Request cancelled due to draining");
    }

    @Test
    void aResponseThatHasBegunIsCutAndCannotBeTakenForWhole() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send("GET /begins HTTP/1.1\r\nHost: app.test\r\n\r\n");
            wire.head();
            assertThat(wire.text(5)).isEqualTo("begin");
            replace(SHORT);
            assertThat(wire.ended()).isTrue();
        }
    }

    @Test
    void aCollectedResponseIsNotCutThoughItsClientReadsSlowly() throws Exception {
        int length = 20_000_000;
        try (Backend large = new Backend("large", (request, wire) -> {
            if (request.target().equals("/slow")) {
                wire.rest();
            }
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
            wire.send(new byte[length]);
        })) {
            TargetOptions buffering = ProxyFixture.buffering(new BufferOptions(false, true, 1000, 0, 0));
            proxy.deploy("app", ServiceOptions.DEFAULT, buffering, LONG, large);
            try (Wire wire = Wire.narrowTo(proxy.port)) {
                wire.send("GET /large HTTP/1.1\r\nHost: app.test\r\n\r\n");
                wire.head();
                Future<Message> slow = clients.submit(() -> proxy.get("/slow"));
                await().until(() -> large.requests.size() == 2);
                replace(SHORT);
                assertThat(slow.get().status()).isEqualTo(504);
                wire.skip(length);
            }
        }
    }

    @Test
    void anUploadThatTakesLongerThanTheDrainGets504() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send("POST /slow HTTP/1.1\r\nHost: app.test\r\nContent-Length: 100000\r\n\r\nstart");
            await().until(() -> proxy.inflight() == 1);
            replace(SHORT);
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(504);
        }
    }

    @Test
    void idleConnectionsToTheReplacedTargetAreClosed() throws Exception {
        for (int i = 0; i < 10; i++) {
            proxy.get("/quick");
        }
        assertThat(old.openConnections()).isGreaterThan(0);
        replace(LONG);
        await().until(() -> old.openConnections() == 0);
    }

    @Test
    void aConnectionThatIsReturnedAfterItsTargetWasReplacedIsClosed() throws Exception {
        Future<Message> slow = clients.submit(() -> proxy.get("/slow"));
        await().until(() -> old.requests.size() == 1);
        Future<?> deploying = clients.submit(() -> {
            replace(LONG);
            return null;
        });
        await().until(() -> proxy.get("/quick").text().equals("next"));
        goOn.countDown();
        deploying.get();
        slow.get();
        await().until(() -> old.openConnections() == 0);
    }

    @Test
    void requestsOfARemovedServiceRunOn() throws Exception {
        Future<Message> slow = clients.submit(() -> proxy.get("/slow"));
        await().until(() -> old.requests.size() == 1);
        proxy.services.remove("app");
        assertThat(proxy.get("/quick").status()).isEqualTo(404);
        goOn.countDown();
        assertThat(slow.get().text()).isEqualTo("old");
    }

    // -- the proxy ends

    @Test
    void aProxyThatEndsClosesIdleConnectionsAndLetsRequestsFinish() throws Exception {
        // On each event loop one that is idle: when both have ended, every loop knows that the proxy ends.
        try (Wire idle = proxy.connect();
                Wire busy = proxy.connect();
                Wire idleToo = proxy.connect();
                Wire andIdle = proxy.connect()) {
            for (Wire wire : List.of(idle, idleToo, andIdle)) {
                wire.send("GET /quick HTTP/1.1\r\nHost: app.test\r\n\r\n");
                ProxyFixture.receive(wire);
            }
            busy.send("GET /slow HTTP/1.1\r\nHost: app.test\r\n\r\n");
            await().until(() -> old.requests.size() == 4);
            Future<Boolean> draining = clients.submit(() -> proxy.workers.drain(LONG));
            assertThat(idle.ended()).isTrue();
            assertThat(idleToo.ended()).isTrue();
            assertThat(andIdle.ended()).isTrue();
            assertThat(draining.isDone()).isFalse();
            goOn.countDown();
            Message answer = ProxyFixture.receive(busy);
            assertThat(answer.text()).isEqualTo("old");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(busy.ended()).isTrue();
            assertThat(draining.get()).isTrue();
        }
    }

    @Test
    void aProxyThatEndsSaysWhenRequestsAreLeft() throws Exception {
        Future<Message> slow = clients.submit(() -> proxy.get("/slow"));
        await().until(() -> old.requests.size() == 1);
        assertThat(proxy.workers.drain(SHORT)).isFalse();
        proxy.workers.abortAll();
        await().until(() -> proxy.inflight() == 0);
        assertThat(slow).failsWithin(Duration.ofSeconds(10));
    }

    @Test
    void aConnectionThatComesWhileTheProxyEndsIsClosedAtOnce() throws Exception {
        assertThat(proxy.workers.drain(LONG)).isTrue();
        try (Wire wire = proxy.connect()) {
            assertThat(wire.ended()).isTrue();
        }
    }
}
