package dev.sluice.soak;

import java.time.Duration;

/** When a target was gone: requests that were under way then may fail, and no others. For any thread. */
final class Faults {
    // The target's health is asked for often; until then requests go there.
    private static final long NOTICED_NANOS = Duration.ofSeconds(2).toNanos();

    private record Window(long from, long to) {}

    private volatile Window last = new Window(System.nanoTime(), System.nanoTime());

    void begin() {
        long now = System.nanoTime();
        last = new Window(now, now + NOTICED_NANOS);
    }

    /** Whether a request that began then, and ends now, had to do with it. */
    boolean excuse(long begun) {
        Window window = last;
        return System.nanoTime() - window.from >= 0 && begun - window.to <= 0;
    }
}
