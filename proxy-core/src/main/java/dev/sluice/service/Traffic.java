package dev.sluice.service;

import java.time.Duration;

/**
 * What the control plane asks of the requests under way. Thread-safe and asynchronous: each event loop looks through
 * its own requests when it gets round to it.
 */
public interface Traffic {

    /**
     * Closes the upgraded connections to this target, unless it stays after all: a gate was closed and is open again.
     *
     * @param over how long the closes of WebSockets are spread over, evenly; other protocols are ended at its end
     */
    void closeTunnels(Target target, Duration over);

    /** Ends what is still in flight at this target: requests with 504, or cut when the response has begun; tunnels. */
    void cancel(Target target);

    /** Closes the idle connections to this target. */
    void closeIdle(Target target);

    Traffic NONE = new Traffic() {
        @Override
        public void closeTunnels(Target target, Duration over) {}

        @Override
        public void cancel(Target target) {}

        @Override
        public void closeIdle(Target target) {}
    };
}
