package dev.sluice.service;

import dev.sluice.observe.Events;
import java.time.Duration;

/**
 * One server of one deployment. A redeploy of the same address is a new target. Event loops {@link #claim} and
 * {@link #release}; the state is changed by the health check's and the deploy's threads.
 */
public final class Target implements Claim {

    /** Whether a target takes writes or only reads. */
    public enum Role {
        WRITER,
        READER
    }

    private final TargetAddress address;
    private final Role role;
    private final TargetOptions options;
    private final Inflight inflight = new Inflight();
    private final Inflight tunnels = new Inflight();
    // Written under this target's monitor, read anywhere.
    private volatile TargetState state = TargetState.ADDING;

    public Target(TargetAddress address, Role role, TargetOptions options) {
        this.address = address;
        this.role = role;
        this.options = options;
    }

    public TargetAddress address() {
        return address;
    }

    public Role role() {
        return role;
    }

    public TargetOptions options() {
        return options;
    }

    public TargetState state() {
        return state;
    }

    /** Requests in flight, upgraded connections not counted. */
    public long inflight() {
        return inflight.count();
    }

    /** Whether this target was replaced: nothing new is sent to it, and its idle connections are closed. */
    public boolean retired() {
        return inflight.closed();
    }

    /** Counts a request in, unless the target was replaced. Every success is owed one {@link #release}. */
    boolean claim() {
        return inflight.claim();
    }

    /** Gives back a claim: the request is over, or its connection was upgraded. */
    public void release() {
        inflight.release();
    }

    /** Upgraded connections that are open. */
    public long tunnels() {
        return tunnels.count();
    }

    /** A connection was upgraded; owed one {@link #tunnelClosed}. To be called before its claim is given back. */
    public void tunnelOpened() {
        tunnels.claim();
    }

    public void tunnelClosed() {
        tunnels.release();
    }

    /** Refuses new requests for good. */
    void refuse() {
        inflight.close();
    }

    /** Refuses new requests for good, and says so: the target is being replaced. */
    void retire() {
        refuse();
        become(TargetState.DRAINING);
    }

    /** Waits for the requests in flight, then the upgraded connections; false when the time ran out. */
    boolean awaitIdle(Duration timeout) throws InterruptedException {
        long begun = System.nanoTime();
        return inflight.awaitNone(timeout.toNanos())
                && tunnels.awaitNone(Math.max(0, timeout.toNanos() - (System.nanoTime() - begun)));
    }

    /** Takes a new state, unless the target was replaced; returns whether it changed. */
    synchronized boolean become(TargetState next) {
        TargetState was = state;
        if (was == next || was == TargetState.DRAINING) {
            return false;
        }
        state = next;
        Events.info("Target health updated", "target", address.text(), "state", next.label(), "was", was.label());
        return true;
    }
}
