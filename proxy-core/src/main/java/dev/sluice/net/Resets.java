package dev.sluice.net;

import dev.sluice.edge.EdgeLimits;
import java.time.Duration;

/** Counts the resets of one connection's streams within windows of time, one after the other. On its event loop. */
final class Resets {
    private static final long WINDOW_NANOS =
            Duration.ofSeconds(EdgeLimits.Http2.RESET_SECONDS).toNanos();

    private long windowStart = System.nanoTime();
    private int count;

    /** Counts one more; tells whether that is more than the limit for one window. */
    boolean tooMany(int limit) {
        long now = System.nanoTime();
        if (now - windowStart >= WINDOW_NANOS) {
            windowStart = now;
            count = 0;
        }
        return ++count > limit;
    }
}
