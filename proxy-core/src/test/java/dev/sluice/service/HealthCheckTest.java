package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HealthCheckTest {
    private static final Duration SELDOM = Duration.ofMillis(500);

    private final List<HealthResult> results = new CopyOnWriteArrayList<>();
    private HealthCheck check = checking(Duration.ofMillis(10), (address, options) -> ScriptedProbe.HEALTHY);

    @AfterEach
    void stop() {
        check.stop();
    }

    private HealthCheck checking(Duration interval, HealthProbe probe) {
        return checking(interval, probe, true);
    }

    private HealthCheck checking(Duration interval, HealthProbe probe, boolean goOn) {
        TargetOptions options = new TargetOptions(
                new HealthCheckOptions("/up", 0, interval, Duration.ofSeconds(5), ""),
                Duration.ZERO,
                BufferOptions.DEFAULT,
                List.of(),
                List.of(),
                true,
                false);
        Target target = new Target(new TargetAddress("app:80", "app", 80), Target.Role.WRITER, options);
        check = new HealthCheck(
                target,
                probe,
                result -> {
                    results.add(result);
                    return goOn;
                },
                new SeldomChecks(SELDOM, 20));
        return check;
    }

    @Test
    void theFirstCheckIsMadeAtOnceAndTheNextAfterTheInterval() {
        List<Long> times = new CopyOnWriteArrayList<>();
        checking(Duration.ofMillis(50), (address, options) -> {
                    times.add(System.nanoTime());
                    return ScriptedProbe.HEALTHY;
                })
                .start();
        await().until(() -> times.size() >= 6);
        // From the first to the sixth are five intervals; a single one may be cut short when the one before was late,
        // and
        // the first is told of a little later than the clock of the others begins.
        assertThat(times.get(5) - times.get(0))
                .isGreaterThanOrEqualTo(Duration.ofMillis(240).toNanos());
    }

    @Test
    void anIntervalOfNothingDoesNotCheckWithoutPause() {
        List<Long> times = new CopyOnWriteArrayList<>();
        checking(Duration.ZERO, (address, options) -> {
                    times.add(System.nanoTime());
                    return ScriptedProbe.HEALTHY;
                })
                .start();
        await().until(() -> times.size() >= 6);
        // Five intervals of 10 ms, and as above the first is told of a little late.
        assertThat(times.get(5) - times.get(0))
                .isGreaterThanOrEqualTo(Duration.ofMillis(45).toNanos());
    }

    @Test
    void checksNeverOverlapAndTicksThatASlowOneMissedAreDropped() {
        AtomicInteger running = new AtomicInteger();
        AtomicBoolean overlapped = new AtomicBoolean();
        CountDownLatch slow = new CountDownLatch(1);
        List<Long> times = new CopyOnWriteArrayList<>();
        checking(Duration.ofMillis(30), (address, options) -> {
                    overlapped.compareAndSet(false, running.incrementAndGet() > 1);
                    times.add(System.nanoTime());
                    if (times.size() == 1) {
                        slow.await();
                    }
                    running.decrementAndGet();
                    return ScriptedProbe.HEALTHY;
                })
                .start();
        await().until(() -> times.size() == 1);
        long begun = System.nanoTime();
        await().until(() -> System.nanoTime() - begun > Duration.ofMillis(200).toNanos());
        slow.countDown();
        long released = System.nanoTime();
        await().until(() -> times.size() >= 6);
        assertThat(overlapped).isFalse();
        // Five checks follow: the first at once, the others an interval apart, none made up for.
        assertThat(times.get(5) - released)
                .isGreaterThanOrEqualTo(Duration.ofMillis(110).toNanos());
    }

    @Test
    void stoppingInterruptsACheckThatIsUnderWayAndTellsNoOneOfIt() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        checking(Duration.ofMillis(10), (address, options) -> {
                    thread.complete(Thread.currentThread());
                    new CountDownLatch(1).await();
                    return ScriptedProbe.HEALTHY;
                })
                .start();
        Thread checking = thread.get();
        check.stop();
        assertThat(checking.join(Duration.ofSeconds(10))).isTrue();
        assertThat(results).isEmpty();
    }

    @Test
    void stoppingBetweenTwoChecksEndsThem() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        checking(Duration.ofHours(1), (address, options) -> {
                    thread.complete(Thread.currentThread());
                    return ScriptedProbe.HEALTHY;
                })
                .start();
        await().until(() -> results.size() == 1);
        check.stop();
        assertThat(thread.join().join(Duration.ofSeconds(10))).isTrue();
        assertThat(results).hasSize(1);
    }

    @Test
    void whatWasStoppedBeforeItsStartNeverChecks() {
        AtomicInteger probes = new AtomicInteger();
        HealthCheck stopped = checking(Duration.ofMillis(10), (address, options) -> {
            probes.incrementAndGet();
            return ScriptedProbe.HEALTHY;
        });
        stopped.stop();
        stopped.start();
        AtomicInteger others = new AtomicInteger();
        checking(Duration.ofMillis(10), (address, options) -> {
                    others.incrementAndGet();
                    return ScriptedProbe.HEALTHY;
                })
                .start();
        await().until(() -> others.get() > 3);
        assertThat(probes).hasValue(0);
    }

    @Test
    void startingTwiceChecksOnce() {
        AtomicInteger running = new AtomicInteger();
        CountDownLatch hold = new CountDownLatch(1);
        checking(Duration.ofMillis(10), (address, options) -> {
            running.incrementAndGet();
            hold.await();
            return ScriptedProbe.HEALTHY;
        });
        check.start();
        check.start();
        await().until(() -> running.get() > 0);
        hold.countDown();
        await().until(() -> check.tries() > 0);
        assertThat(check.last()).isEqualTo(ScriptedProbe.HEALTHY);
        assertThat(results).hasSizeLessThanOrEqualTo(check.tries() + 1);
    }

    @Test
    void aTargetOnWhichNothingDependsIsCheckedSeldomAndStops() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        List<Long> times = new CopyOnWriteArrayList<>();
        checking(
                        Duration.ofMillis(10),
                        (address, options) -> {
                            thread.complete(Thread.currentThread());
                            times.add(System.nanoTime());
                            return ScriptedProbe.HEALTHY;
                        },
                        false)
                .start();
        await().until(() -> times.size() == 2);
        assertThat(times.get(1) - times.get(0)).isGreaterThanOrEqualTo(SELDOM.toNanos());
        check.stop();
        assertThat(thread.get().join(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void aSeldomCheckDoesNotBeginAtOnce() {
        long begun = System.nanoTime();
        checking(Duration.ofMillis(10), (address, options) -> ScriptedProbe.HEALTHY, false)
                .startSeldom();
        await().until(() -> !results.isEmpty());
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(SELDOM.toNanos());
    }

    @Test
    void successesAndFailuresInARowAreCounted() {
        List<Integer> streaks = new CopyOnWriteArrayList<>();
        List<HealthResult> script = List.of(
                ScriptedProbe.HEALTHY,
                ScriptedProbe.HEALTHY,
                ScriptedProbe.FAILING,
                ScriptedProbe.FAILING,
                ScriptedProbe.HEALTHY);
        AtomicInteger next = new AtomicInteger();
        Target target = new Target(new TargetAddress("app:80", "app", 80), Target.Role.WRITER, OptionsFor.TARGETS);
        HealthCheck[] made = new HealthCheck[1];
        made[0] = new HealthCheck(
                target, (address, options) -> script.get(next.getAndIncrement() % script.size()), result -> {
                    streaks.add(made[0].streak());
                    return true;
                });
        check = made[0];
        check.start();
        await().until(() -> streaks.size() >= 5);
        assertThat(streaks.subList(0, 5)).containsExactly(1, 2, -1, -2, 1);
    }

    @Test
    void aFaultInTheProbeIsAFailedCheckAndNotTheLast() {
        AtomicInteger calls = new AtomicInteger();
        checking(Duration.ofMillis(10), (address, options) -> {
                    if (calls.incrementAndGet() == 1) {
                        throw new IllegalStateException("boom");
                    }
                    return ScriptedProbe.HEALTHY;
                })
                .start();
        await().until(() -> results.size() > 1);
        assertThat(results.get(0).healthy()).isFalse();
        assertThat(results.get(0).message()).contains("the check itself failed").contains("boom");
        assertThat(results.get(1).healthy()).isTrue();
    }
}
