package dev.sluice.exchange;

import java.time.Duration;

/**
 * Tells whether a client moves fewer bytes a second than it has to, over stretches of time in which it was waited for.
 * On its event loop only.
 */
public final class Pace {
    private static final long STRETCH_NANOS = Duration.ofSeconds(10).toNanos();

    private long lookedAt;
    private long waited;
    private long bytesBefore;

    /**
     * Looks at how far the client has come.
     *
     * @param now in nanoseconds
     * @param waiting whether it is the client's turn
     * @param bytes that it has moved so far, ever more
     * @param rate bytes a second; 0 for any
     */
    public boolean tooSlow(long now, boolean waiting, long bytes, long rate) {
        if (rate == 0) {
            return false;
        }
        if (!waiting) {
            begin(now, bytes);
            return false;
        }
        waited += now - lookedAt;
        lookedAt = now;
        if (waited < STRETCH_NANOS) {
            return false;
        }
        boolean slow = (bytes - bytesBefore) * 1e9 < (double) rate * waited;
        begin(now, bytes);
        return slow;
    }

    private void begin(long now, long bytes) {
        lookedAt = now;
        waited = 0;
        bytesBefore = bytes;
    }
}
