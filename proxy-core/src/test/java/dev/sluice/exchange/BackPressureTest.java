package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Standstill;
import dev.sluice.fixture.Wire;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.ServiceOptions;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Large bodies with a slow side: the other side is slowed down, and the proxy's memory stays as it was. */
@Timeout(60)
class BackPressureTest {
    private static final int CHUNK = 100_000;
    private static final long LENGTH = 200_000_000;
    // Both kernels' buffers for a connection, and what is on its way; far from 200 MB.
    private static final long TAKEN_IN = 40_000_000;
    private static final long MEMORY = 16L << 20;

    private final ProxyFixture proxy = new ProxyFixture();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicLong sent = new AtomicLong();
    private final long memoryBefore = directMemory();
    private Backend app = Backend.named("unused");

    BackPressureTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        goOn.countDown();
        app.close();
        proxy.close();
        threads.close();
    }

    private static long directMemory() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private void assertMemoryIsAsBefore() {
        assertThat(directMemory() - memoryBefore)
                .as("bytes more of direct memory")
                .isLessThan(MEMORY);
    }

    private void deploy(BufferOptions buffering, boolean readsBodies, Backend.Script script) throws Exception {
        app.close();
        app = new Backend("app", script);
        app.readsBodies = readsBodies;
        proxy.deploy("app", ServiceOptions.DEFAULT, ProxyFixture.buffering(buffering), Duration.ofSeconds(10), app);
    }

    private void sendAll(Wire wire) throws IOException {
        byte[] chunk = new byte[CHUNK];
        for (long at = 0; at < LENGTH; at += CHUNK) {
            wire.send(chunk);
            sent.addAndGet(CHUNK);
        }
    }

    @Test
    void aClientThatReadsSlowlySlowsTheTargetDown() throws Exception {
        deploy(BufferOptions.DEFAULT, true, (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + LENGTH + "\r\n\r\n");
            sendAll(wire);
        });
        try (Wire wire = Wire.narrowTo(proxy.port)) {
            wire.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
            wire.head();
            assertThat(Standstill.of(sent::get)).isLessThan(TAKEN_IN);
            for (long at = 0; at < LENGTH; at += 4_000_000) {
                wire.skip(4_000_000);
                assertMemoryIsAsBefore();
                assertThat(sent.get() - at).isLessThan(TAKEN_IN + 4_000_000);
            }
        }
        await().until(() -> proxy.inflight() == 0);
    }

    @Test
    void aTargetThatReadsSlowlySlowsTheClientDown() throws Exception {
        deploy(BufferOptions.DEFAULT, false, (request, wire) -> {
            goOn.await();
            for (long at = 0; at < LENGTH; at += CHUNK) {
                wire.skip(CHUNK);
            }
            Backend.ok(wire, "read");
        });
        try (Wire wire = proxy.connect()) {
            Future<?> sending = threads.submit(() -> {
                wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: " + LENGTH + "\r\n\r\n");
                sendAll(wire);
                return null;
            });
            assertThat(Standstill.of(sent::get)).isLessThan(TAKEN_IN);
            assertMemoryIsAsBefore();
            goOn.countDown();
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("read");
            sending.get();
        }
        assertMemoryIsAsBefore();
    }

    @Test
    void aClientOfAServiceThatHoldsRequestsIsNotReadFromMeanwhile() throws Exception {
        deploy(BufferOptions.DEFAULT, true, (request, wire) -> Backend.ok(wire, "read"));
        proxy.pauses.pause("app", Duration.ofSeconds(5), Duration.ofSeconds(30));
        try (Wire wire = proxy.connect()) {
            Future<?> sending = threads.submit(() -> {
                wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: " + LENGTH + "\r\n\r\n");
                sendAll(wire);
                return null;
            });
            assertThat(Standstill.of(sent::get)).isLessThan(TAKEN_IN);
            assertMemoryIsAsBefore();
            wire.reset();
            assertThat(sending).failsWithin(Duration.ofSeconds(10));
        }
        await().until(() -> proxy.workers.clientConnections() == 0);
    }

    @Test
    void collectedBodiesTakeTheDiskAndNotTheMemory() throws Exception {
        long memory = 1_000_000;
        deploy(new BufferOptions(true, true, memory, 0, 0), false, (request, wire) -> {
            for (long at = 0; at < LENGTH; at += CHUNK) {
                wire.skip(CHUNK);
            }
            sent.set(0);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + LENGTH + "\r\n\r\n");
            sendAll(wire);
        });
        try (Wire wire = proxy.connect()) {
            wire.timeout(30_000);
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: " + LENGTH + "\r\n\r\n");
            sendAll(wire);
            assertMemoryIsAsBefore();
            assertThat(wire.head()).startsWith("HTTP/1.1 200");
            assertThat(sent.get()).isEqualTo(LENGTH);
            for (long at = 0; at < LENGTH; at += 4_000_000) {
                wire.skip(4_000_000);
                assertMemoryIsAsBefore();
            }
        }
    }
}
