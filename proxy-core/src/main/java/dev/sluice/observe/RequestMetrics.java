package dev.sluice.observe;

/**
 * What the request path and the control plane count. Called on event loops for every request, so it is cheap, and
 * nothing at all when metrics are {@link #OFF}.
 */
public interface RequestMetrics {

    /** A request was matched to a service and runs. */
    void started(String service);

    /**
     * A request has ended; also called for those that no service took, which were never {@link #started}.
     *
     * @param service empty when there was none
     * @param nanos from the first byte of its head to the last of its response
     */
    void ended(String service, String method, int status, long nanos);

    /** A request that was started for a service belongs to another one after all. */
    void left(String service);

    /** A service was removed: it is not told of any more, unless requests that ran on end. */
    void forget(String service);

    /** A new connection to a target was made. */
    void upstreamConnectionOpened();

    /** A request is sent once more, after a connection to a target failed. */
    void upstreamRetried();

    RequestMetrics OFF = new RequestMetrics() {
        @Override
        public void started(String service) {}

        @Override
        public void ended(String service, String method, int status, long nanos) {}

        @Override
        public void left(String service) {}

        @Override
        public void forget(String service) {}

        @Override
        public void upstreamConnectionOpened() {}

        @Override
        public void upstreamRetried() {}
    };
}
