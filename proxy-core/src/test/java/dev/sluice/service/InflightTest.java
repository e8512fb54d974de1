package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InflightTest {
    private static final long LONG = Duration.ofSeconds(20).toNanos();

    @Test
    void afterCloseHasReturnedNoClaimSucceedsAndNoneThatDidIsLost() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 400; round++) {
                Inflight inflight = new Inflight();
                CyclicBarrier start = new CyclicBarrier(4);
                AtomicInteger closed = new AtomicInteger();
                AtomicInteger tooLate = new AtomicInteger();
                List<Future<Integer>> claimers = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    claimers.add(threads.submit(() -> {
                        start.await();
                        int claimed = 0;
                        while (true) {
                            boolean wasClosed = closed.get() == 1;
                            if (!inflight.claim()) {
                                return claimed;
                            }
                            claimed++;
                            if (wasClosed) {
                                tooLate.incrementAndGet();
                            }
                        }
                    }));
                }
                Future<?> closer = threads.submit(() -> {
                    start.await();
                    while (inflight.count() < 100) {
                        Thread.onSpinWait();
                    }
                    inflight.close();
                    closed.set(1);
                    return null;
                });
                closer.get();
                int claimed = 0;
                for (Future<Integer> claimer : claimers) {
                    claimed += claimer.get();
                }
                assertThat(tooLate).hasValue(0);
                assertThat(inflight.count()).isEqualTo(claimed);
                assertThat(inflight.closed()).isTrue();
            }
        }
    }

    @Test
    void manyThreadsThatClaimAndReleaseLeaveNothingBehind() throws Exception {
        Inflight inflight = new Inflight();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                threads.submit(() -> {
                    for (int n = 0; n < 100_000; n++) {
                        if (inflight.claim()) {
                            inflight.release();
                        }
                    }
                });
            }
        }
        assertThat(inflight.count()).isZero();
    }

    @Test
    void theLastReleaseWakesWhoeverWaitsHoweverTheTwoMeet() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 3000; round++) {
                Inflight inflight = new Inflight();
                inflight.claim();
                inflight.claim();
                CountDownLatch start = new CountDownLatch(1);
                Future<Boolean> waiting = threads.submit(() -> {
                    start.await();
                    return inflight.awaitNone(LONG);
                });
                Future<Boolean> alsoWaiting = threads.submit(() -> inflight.awaitNone(LONG));
                inflight.close();
                inflight.release();
                start.countDown();
                inflight.release();
                assertThat(waiting.get()).isTrue();
                assertThat(alsoWaiting.get()).isTrue();
            }
        }
    }

    @Test
    void nothingInFlightIsNotWaitedFor() throws Exception {
        assertThat(new Inflight().awaitNone(0)).isTrue();
    }

    @Test
    void aWaitEndsWhenTheTimeHasRunOut() throws Exception {
        Inflight inflight = new Inflight();
        inflight.claim();
        assertThat(inflight.awaitNone(Duration.ofMillis(5).toNanos())).isFalse();
        assertThat(inflight.count()).isEqualTo(1);
    }

    @Test
    void aClosedCountGoesDownToNothing() {
        Inflight inflight = new Inflight();
        inflight.claim();
        inflight.close();
        inflight.close();
        assertThat(inflight.count()).isEqualTo(1);
        inflight.release();
        assertThat(inflight.count()).isZero();
        assertThat(inflight.closed()).isTrue();
        assertThat(inflight.claim()).isFalse();
        assertThat(inflight.count()).isZero();
    }
}
