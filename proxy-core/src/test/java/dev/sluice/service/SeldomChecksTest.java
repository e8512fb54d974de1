package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Many services, of which nothing depends on the checks, do not use up the CPU by them. */
class SeldomChecksTest {

    @Test
    void fewTargetsAreCheckedAtTheShortestIntervalAndManyShareTheRate() {
        SeldomChecks checks = new SeldomChecks(Duration.ofSeconds(10), 20);
        join(checks, 200);
        assertThat(checks.interval()).isEqualTo(Duration.ofSeconds(10).toNanos());
        join(checks, 800);
        assertThat(checks.interval()).isEqualTo(Duration.ofSeconds(50).toNanos());
        for (int i = 0; i < 1000; i++) {
            checks.leave();
        }
        assertThat(checks.interval()).isEqualTo(Duration.ofSeconds(10).toNanos());
    }

    @Test
    void theTargetsOfARestartAreCheckedOneAfterTheOther() {
        SeldomChecks shared = new SeldomChecks(Duration.ofMillis(100), 50);
        List<Long> times = new CopyOnWriteArrayList<>();
        List<HealthCheck> checks = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Target target = new Target(new TargetAddress("app:80", "app", 80), Target.Role.WRITER, OptionsFor.TARGETS);
            checks.add(new HealthCheck(
                    target,
                    (address, options) -> {
                        times.add(System.nanoTime());
                        return ScriptedProbe.HEALTHY;
                    },
                    result -> false,
                    shared));
        }
        long begun = System.nanoTime();
        checks.forEach(HealthCheck::startSeldom);
        // Each of them twice takes three intervals of two seconds at most, and hardly less than two.
        await().atMost(Duration.ofSeconds(20)).until(() -> times.size() >= 200);
        checks.forEach(HealthCheck::stop);
        assertThat(times.get(199) - begun).isGreaterThan(Duration.ofSeconds(2).toNanos());
        // A tenth of the first interval, wherever it is, has not half of the checks.
        long tenth = Duration.ofMillis(200).toNanos();
        long first = times.getFirst();
        for (int at = 0; at < 10; at++) {
            long from = first + at * tenth;
            assertThat(times.stream().filter(t -> t >= from && t < from + tenth).count())
                    .isLessThan(50);
        }
    }

    private static void join(SeldomChecks checks, int targets) {
        for (int i = 0; i < targets; i++) {
            checks.join();
        }
    }
}
