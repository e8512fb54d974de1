package dev.sluice.service;

/**
 * What the control plane asks of the requests under way. Thread-safe and asynchronous: each event loop looks through
 * its own requests when it gets round to it.
 */
public interface Traffic {

    /** Ends the upgraded connections (WebSockets) to this target. */
    void closeTunnels(Target target);

    /** Ends the requests still in flight at this target: 504, or cut when the response has begun. */
    void cancel(Target target);

    /** Closes the idle connections to this target. */
    void closeIdle(Target target);

    Traffic NONE = new Traffic() {
        @Override
        public void closeTunnels(Target target) {}

        @Override
        public void cancel(Target target) {}

        @Override
        public void closeIdle(Target target) {}
    };
}
