package dev.sluice.acme;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What on-demand checks have answered, as long as it counts. Holds no more than the checks that {@link CheckLimits} lets
 * pass within the longest of the times. Thread-safe.
 */
final class CheckAnswers {
    private static final Duration DENIED = Duration.ofMinutes(1);
    // A check that did not work says nothing of the name: the next client may have it asked again soon.
    private static final Duration FAILED = Duration.ofSeconds(10);
    private static final int SWEEP = 256;

    /** What is known of a name. */
    enum Answer {
        ALLOWED,
        DENIED,
        FAILED,
        UNKNOWN
    }

    private record Kept(Answer answer, long until) {}

    private final long allowedNanos;
    private final LongSupplier clock;
    private final Map<String, Kept> kept = new HashMap<>();
    private int added;

    CheckAnswers(Duration allowed, LongSupplier clock) {
        this.allowedNanos = allowed.toNanos();
        this.clock = clock;
    }

    synchronized Answer of(String host) {
        Kept known = kept.get(host);
        return known == null || known.until() - clock.getAsLong() <= 0 ? Answer.UNKNOWN : known.answer();
    }

    synchronized void keep(String host, Answer answer) {
        long now = clock.getAsLong();
        long nanos = switch (answer) {
            case ALLOWED -> allowedNanos;
            case DENIED -> DENIED.toNanos();
            case FAILED, UNKNOWN -> FAILED.toNanos();
        };
        kept.put(host, new Kept(answer, now + nanos));
        if (++added % SWEEP == 0) {
            kept.values().removeIf(k -> k.until() - now <= 0);
        }
    }
}
