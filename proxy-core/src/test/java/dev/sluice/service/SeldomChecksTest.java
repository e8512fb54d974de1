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
    void theTargetsOfARestartAreCheckedOneGroupAfterTheOther() {
        SeldomChecks shared = new SeldomChecks(Duration.ofMillis(200), 50);
        List<Long> times = new CopyOnWriteArrayList<>();
        List<HealthCheck> checks = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
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
        checks.forEach(HealthCheck::startSeldom);
        // The second checks of the first group come 3 s after their first ones.
        await().atMost(Duration.ofSeconds(20)).until(() -> times.size() >= 150);
        checks.forEach(HealthCheck::stop);
        long first = times.getFirst();
        for (int second = 0; second < 3; second++) {
            long middle = first + Duration.ofSeconds(second).toNanos();
            assertThat(times.stream()
                            .filter(at -> Math.abs(at - middle)
                                    < Duration.ofMillis(500).toNanos())
                            .count())
                    .isBetween(45L, 55L);
        }
    }

    private static void join(SeldomChecks checks, int targets) {
        for (int i = 0; i < targets; i++) {
            checks.join();
        }
    }
}
