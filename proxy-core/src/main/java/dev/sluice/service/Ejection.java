package dev.sluice.service;

import java.time.Duration;

/**
 * Leaves one of several targets out for a while that real requests cannot reach, or that drops their connections
 * unanswered; health checks may not see it, or not yet. When the time is over one failure suffices for the next one,
 * twice as long; an answer ends it all. Told and asked on event loops; the lock is held for moments, and only after a
 * failure.
 *
 * <p>nginx leaves a server out for 10 s after 1 failure (max_fails, fail_timeout), Envoy for 30 s and more after 5 in a
 * row (outlier detection). Here a failed request is sent to another target anyway, so it begins with a short time.
 */
final class Ejection {
    /** Failures in a row until the target is left out for the first time. */
    static final int FAILURES = 3;

    static final Duration FIRST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofSeconds(30);

    private volatile boolean clean = true;
    // In System.nanoTime; 0 for never.
    private volatile long until;
    private int failures;
    private int times;

    /** Counts a failure; returns for how long the target is left out from now on because of it, or zero. */
    synchronized Duration failed(long now) {
        clean = false;
        failures++;
        if (lasts(now) || (times == 0 && failures < FAILURES)) {
            return Duration.ZERO;
        }
        Duration out = FIRST.multipliedBy(1L << Math.min(times, 5));
        if (out.compareTo(LONGEST) > 0) {
            out = LONGEST;
        }
        times++;
        long end = now + out.toNanos();
        until = end == 0 ? 1 : end;
        return out;
    }

    void answered() {
        if (!clean) {
            clear();
        }
    }

    private synchronized void clear() {
        failures = 0;
        times = 0;
        until = 0;
        clean = true;
    }

    /** Whether the target is left out at this moment. */
    boolean lasts(long now) {
        long end = until;
        return end != 0 && end - now > 0;
    }
}
