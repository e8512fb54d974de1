package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EjectionTest {
    private final Ejection ejection = new Ejection();
    private long now = 1_000_000_000L;

    private Duration failure() {
        return ejection.failed(now);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void aTargetIsLeftOutAfterSoManyFailuresInARow() {
        for (int i = 1; i < Ejection.FAILURES; i++) {
            assertThat(failure()).isZero();
        }
        assertThat(ejection.lasts(now)).isFalse();
        assertThat(failure()).isEqualTo(Ejection.FIRST);
        assertThat(ejection.lasts(now)).isTrue();
        pass(Ejection.FIRST);
        assertThat(ejection.lasts(now)).isFalse();
    }

    @Test
    void anAnswerInBetweenCountsFromTheBeginning() {
        for (int i = 0; i < 10; i++) {
            assertThat(failure()).isZero();
            assertThat(failure()).isZero();
            ejection.answered();
        }
        assertThat(ejection.lasts(now)).isFalse();
    }

    @Test
    void failuresWhileItIsLeftOutChangeNothing() {
        failure();
        failure();
        failure();
        pass(Ejection.FIRST.dividedBy(2));
        assertThat(failure()).isZero();
        pass(Ejection.FIRST.dividedBy(2));
        assertThat(ejection.lasts(now)).isFalse();
    }

    @Test
    void oneFailureLaterIsEnoughAndTheTimeGrowsToItsLimit() {
        failure();
        failure();
        List<Duration> times = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Duration time = failure();
            times.add(time);
            pass(time);
        }
        assertThat(times).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
        ejection.answered();
        assertThat(failure()).isZero();
    }
}
