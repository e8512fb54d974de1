package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Applications close connections that have been idle for long; the proxy gives them up before. */
@Timeout(60)
class IdleLimitsTest {
    private final ProxyFixture proxy = new ProxyFixture();
    private Backend app = Backend.named("unused");

    IdleLimitsTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        app.close();
        proxy.close();
    }

    private void deploy(String field) throws Exception {
        app.close();
        app = new Backend(
                "app", (request, wire) -> wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + field + "\r\nok"));
        proxy.deploy("app", app);
    }

    @Test
    void aConnectionIsClosedBeforeTheTimeThatTheApplicationNames() throws Exception {
        deploy("Keep-Alive: timeout=1, max=50\r\n");
        long begun = System.nanoTime();
        assertThat(proxy.get("/").text()).isEqualTo("ok");
        assertThat(app.openConnections()).isEqualTo(1);
        await().until(() -> app.openConnections() == 0);
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofMillis(400), Duration.ofMillis(950));
    }

    @Test
    void aConnectionThatMayTakeNoMoreIsClosedAtOnce() throws Exception {
        deploy("Keep-Alive: timeout=30, max=0\r\n");
        assertThat(proxy.get("/").text()).isEqualTo("ok");
        await().until(() -> app.openConnections() == 0);
    }

    @Test
    void aConnectionIsKeptWhereTheApplicationNamesNoTime() throws Exception {
        deploy("");
        int before = app.connections.get();
        for (int i = 0; i < 5; i++) {
            assertThat(proxy.get("/").text()).isEqualTo("ok");
        }
        // One for each of the two event loops.
        assertThat(app.connections.get() - before).isLessThanOrEqualTo(2);
    }

    @Test
    void postsLeaveNoMoreConnectionsBehindThanOthersNeed() throws Exception {
        deploy("");
        for (int i = 0; i < 20; i++) {
            try (Wire wire = proxy.connect()) {
                wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1\r\n\r\nx");
                assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
            }
        }
        // One for each of the two event loops.
        await().until(() -> app.openConnections() <= 2);
        int before = app.connections.get();
        assertThat(proxy.get("/").text()).isEqualTo("ok");
        assertThat(app.connections.get()).isEqualTo(before);
    }

    @Test
    void anApplicationThatClosesIdleConnectionsEverySecondFailsNoPost() throws Exception {
        deploy("");
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        int clientCount = 5;
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> running = new ArrayList<>();
            for (int c = 0; c < clientCount; c++) {
                String method = c == 0 ? "GET" : "POST";
                running.add(clients.submit(() -> {
                    int sent = 0;
                    try (Wire wire = proxy.connect()) {
                        while (System.nanoTime() < end) {
                            wire.send(method + " / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1\r\n\r\nx");
                            int status = ProxyFixture.receive(wire).status();
                            if (status != 200) {
                                failures.add(method + " " + status);
                            }
                            sent++;
                            // 50 a second.
                            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                        }
                    }
                    return sent;
                }));
            }
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
                app.dropIdleConnections();
            }
            int sent = 0;
            for (Future<Integer> client : running) {
                sent += client.get();
            }
            assertThat(sent).isGreaterThan(200);
        }
        assertThat(failures).isEmpty();
    }
}
