package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long RATE = 100;

    private final Pace pace = new Pace();
    private long now = 17;
    private long bytes;

    private PaceTest() {
        pace.tooSlow(now, false, bytes, RATE);
    }

    /** Whether it is found too slow within so many seconds. */
    private boolean tooSlow(int seconds, boolean waiting, int bytesEachSecond) {
        boolean found = false;
        for (int i = 0; i < seconds; i++) {
            now += SECOND;
            bytes += bytesEachSecond;
            found |= pace.tooSlow(now, waiting, bytes, RATE);
        }
        return found;
    }

    @Test
    void whoKeepsTheRateMayGoOnForEver() {
        assertThat(tooSlow(1000, true, 100)).isFalse();
    }

    @Test
    void whoIsBelowItIsFoundAfterTenSeconds() {
        assertThat(tooSlow(9, true, 99)).isFalse();
        assertThat(tooSlow(1, true, 99)).isTrue();
    }

    @Test
    void aFastBeginningDoesNotPayForLater() {
        assertThat(tooSlow(20, true, 1_000_000)).isFalse();
        assertThat(tooSlow(20, true, 1)).isTrue();
    }

    @Test
    void timeInWhichNobodyWaitsForTheClientDoesNotCount() {
        assertThat(tooSlow(1000, false, 0)).isFalse();
        assertThat(tooSlow(9, true, 0)).isFalse();
        assertThat(tooSlow(1, false, 0)).isFalse();
        assertThat(tooSlow(9, true, 0)).isFalse();
    }

    @Test
    void withoutARateNobodyIsTooSlow() {
        for (int i = 0; i < 100; i++) {
            now += SECOND;
            assertThat(pace.tooSlow(now, true, 0, 0)).isFalse();
        }
    }
}
