package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Crowd;
import dev.sluice.fixture.Footprint;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten thousand clients who take their time: the others are served as before, and the slow ones are gone in time. */
@Tag("attack")
@Timeout(180)
class SlowClientsIT {
    private static final int CROWD = 10_000;
    // What a connection may hold while it waits: its handlers and a first buffer.
    private static final long BYTES_EACH = 16 * 1024;
    // What is left at the end: pooled buffers, and the log that the fixture keeps.
    private static final long SPARE_BYTES = 64L << 20;
    private static final Duration HEAD_TIME = Duration.ofSeconds(12);
    private static final Duration MEASURED = Duration.ofSeconds(3);
    private static final int CLIENTS = 4;
    private static final int FACTOR = 3;
    private static final long NOISE_NANOS = Duration.ofMillis(40).toNanos();

    // The detector of leaks looks at every buffer for longer than the proxy does: times would be its own.
    @BeforeEach
    void withoutDetector() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void withDetector() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    @Test
    void tenThousandHalfOpenHeadsLeaveTheOthersServedAsBefore() throws Exception {
        EdgeLimits.Times times =
                new EdgeLimits.Times(HEAD_TIME, Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1));
        try (ProxyFixture proxy = new ProxyFixture(EdgeLimits.DEFAULT.with(times));
                Backend app = Backend.named("app")) {
            proxy.deploy("app", app);
            p99(proxy);
            Footprint before = footprint(app);
            long usual = p99(proxy);
            long during;
            Footprint full;
            try (Crowd crowd = new Crowd(proxy.port, CROWD, "GET / HT", "X", true)) {
                await().timeout(Duration.ofSeconds(60)).until(() -> crowd.open() + crowd.closed() >= CROWD);
                assertThat(crowd.closed())
                        .as("clients gone before they were counted")
                        .isLessThan(CROWD / 10);
                during = p99(proxy);
                full = footprint(app);
                assertThat(crowd.open()).as("clients still there").isGreaterThan(CROWD / 2);
                await().timeout(Duration.ofSeconds(60)).until(() -> crowd.closed() == CROWD);
            }
            await().until(() -> proxy.workers.clientConnections() == 0);
            Footprint after = footprint(app);
            System.out.printf(
                    "p99 %.1f ms before, %.1f ms among %d slow clients; %d bytes each; before %s, then %s, after %s%n",
                    usual / 1e6, during / 1e6, CROWD, (full.memory() - before.memory()) / CROWD, before, full, after);
            assertThat(during).isLessThan(FACTOR * usual + NOISE_NANOS);
            assertThat(full.memory() - before.memory()).isLessThan(CROWD * BYTES_EACH);
            assertThat(after.memory() - before.memory()).isLessThan(SPARE_BYTES);
            assertThat(proxy.workers.limitHits().count(Limit.HEAD_TIME)).isEqualTo(CROWD);
            assertThat(proxy.log().lines().filter(line -> line.contains("Limit reached")))
                    .hasSize(1);
        }
    }

    // What the application has kept of its requests is its own.
    private static Footprint footprint(Backend app) {
        app.requests.clear();
        return Footprint.now();
    }

    /** Of requests on a few kept connections, one after the other. */
    private static long p99(ProxyFixture proxy) throws Exception {
        List<Long> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<List<Long>>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(() -> client(proxy)));
            }
            for (Future<List<Long>> client : clients) {
                all.addAll(client.get());
            }
        }
        Collections.sort(all);
        return all.get(all.size() * 99 / 100);
    }

    private static List<Long> client(ProxyFixture proxy) throws IOException {
        List<Long> times = new ArrayList<>();
        long end = System.nanoTime() + MEASURED.toNanos();
        try (Wire wire = proxy.connect()) {
            while (System.nanoTime() - end < 0) {
                long begun = System.nanoTime();
                wire.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
                assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
                times.add(System.nanoTime() - begun);
            }
        }
        return times;
    }
}
