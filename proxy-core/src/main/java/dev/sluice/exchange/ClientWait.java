package dev.sluice.exchange;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Since when an HTTP/1 client is waited for, and for what: the limits of time are measured by it. By the worker's clock,
 * on its event loop only; what is done about a limit is the client's business.
 */
final class ClientWait {
    private long since;
    private boolean served;
    private boolean headBegun;
    private boolean messageRead;

    /** The waiting begins anew. */
    void restart(long now) {
        since = now;
    }

    /** Something whole was read: a head, or a part of a body. */
    void read() {
        messageRead = true;
    }

    /** A request's head is there. */
    void requestBegun() {
        headBegun = false;
        served = true;
    }

    /**
     * What the socket had was read.
     *
     * @param inBody whether a request's body is under way
     * @param inHead whether what comes is the next request's head
     */
    void readComplete(long now, boolean inBody, boolean inHead) {
        if (inBody) {
            since = now;
        } else if (inHead && !messageRead && !headBegun) {
            // Bytes have come, but not all of a head.
            headBegun = true;
            since = now;
        }
        messageRead = false;
    }

    /** Whether a part of a head has come, and its end has not. */
    boolean inHead() {
        return headBegun;
    }

    boolean bodyOverdue(long now, EdgeLimits.Times times) {
        return over(now, times.body());
    }

    /** The limit that a client without a request has struck, or null. */
    @Nullable
    Limit headOverdue(long now, EdgeLimits.Times times) {
        if (headBegun || !served) {
            return over(now, times.head()) ? Limit.HEAD_TIME : null;
        }
        return over(now, times.keepAlive()) ? Limit.KEEP_ALIVE : null;
    }

    private boolean over(long now, Duration limit) {
        return limit.isPositive() && now - since >= limit.toNanos();
    }
}
