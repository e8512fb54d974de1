package dev.sluice.exchange;

/**
 * Whether load balancers in front are to send requests here, and where they ask. For any thread; read on event loops.
 */
public final class BalancerHealth {
    private final String path;
    private volatile boolean ending;

    /**
     * @param path asked for whatever the host; empty for nowhere
     */
    public BalancerHealth(String path) {
        this.path = path;
    }

    /** From now on the answer is no: this proxy is about to end. */
    public void end() {
        ending = true;
    }

    boolean ending() {
        return ending;
    }

    boolean asked(String requestPath) {
        return !path.isEmpty() && path.equals(requestPath);
    }
}
