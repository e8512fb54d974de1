package dev.sluice.service;

import dev.sluice.observe.Events;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    // Null for the only target of its role, which is never left out.
    private final @Nullable Ejection ejection;
    private final Inflight inflight = new Inflight();
    private final Inflight tunnels = new Inflight();
    // Written under this target's monitor, read anywhere.
    private volatile TargetState state = TargetState.ADDING;
    private volatile String trouble = "";

    /** The only target of its role. */
    public Target(TargetAddress address, Role role, TargetOptions options) {
        this(address, role, options, true);
    }

    /**
     * @param alone whether no other target could take its requests
     */
    Target(TargetAddress address, Role role, TargetOptions options, boolean alone) {
        this.address = address;
        this.role = role;
        this.options = options;
        this.ejection = alone ? null : new Ejection();
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

    // -- what requests found, told on event loops

    /** A request found no connection, or lost a fresh one before any answer. */
    public void failed(String why) {
        Ejection counted = ejection;
        Duration out = counted == null ? Duration.ZERO : counted.failed(System.nanoTime());
        if (!out.isZero()) {
            Events.warn(
                    "Target left out after failed requests",
                    "target",
                    address.text(),
                    "for",
                    GoDuration.format(out),
                    "error",
                    why);
        }
    }

    /** A request was answered. */
    public void answered() {
        if (ejection != null) {
            ejection.answered();
        }
    }

    /** Whether requests go elsewhere for a while, if there is an elsewhere: see {@link Ejection}. */
    boolean ejected() {
        return ejection != null && ejection.lasts(System.nanoTime());
    }

    /** Its state for lists and metrics: that it is left out, or else what the health checks say. */
    public String stateLabel() {
        TargetState now = state;
        return now == TargetState.HEALTHY && ejected() ? "ejected" : now.label();
    }

    /** Why it is unhealthy; empty when it is not. */
    public String trouble() {
        return trouble;
    }

    // -- its life

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
    boolean become(TargetState next) {
        return become(next, "");
    }

    /**
     * Takes a new state, unless the target was replaced; returns whether it changed.
     *
     * @param reason that it is not healthy; empty for none
     */
    synchronized boolean become(TargetState next, String reason) {
        TargetState was = state;
        if (was == next || was == TargetState.DRAINING) {
            return false;
        }
        trouble = reason;
        state = next;
        if (next == TargetState.HEALTHY) {
            answered();
        }
        List<Object> fields =
                new ArrayList<>(List.of("target", address.text(), "state", next.label(), "was", was.label()));
        if (!reason.isEmpty()) {
            fields.addAll(List.of("reason", reason));
        }
        Events.info("Target health updated", fields.toArray());
        return true;
    }
}
