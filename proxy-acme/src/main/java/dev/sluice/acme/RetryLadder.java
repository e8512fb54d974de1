package dev.sluice.acme;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/** How long to wait after a failed attempt: longer each time, and by lot a little more or less. */
final class RetryLadder {
    private static final List<Duration> STEPS = List.of(
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            Duration.ofMinutes(5),
            Duration.ofMinutes(10),
            Duration.ofMinutes(20),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofHours(2),
            Duration.ofHours(3),
            Duration.ofHours(6));

    /** After so long in vain it is tried once a day. */
    private static final Duration PATIENCE = Duration.ofDays(30);

    private static final Duration HOPELESS = Duration.ofDays(1);

    private RetryLadder() {}

    /**
     * @param failures how many attempts have failed, this one included; 1 or more
     * @param since when the first of them did
     */
    static Duration delay(int failures, Instant since, Instant now, RandomGenerator random) {
        Duration step = Duration.between(since, now).compareTo(PATIENCE) > 0
                ? HOPELESS
                : STEPS.get(Math.min(failures, STEPS.size()) - 1);
        return Duration.ofMillis((long) (step.toMillis() * (0.9 + 0.2 * random.nextDouble())));
    }
}
