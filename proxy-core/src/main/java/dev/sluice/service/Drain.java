package dev.sluice.service;

import dev.sluice.observe.Events;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Lets the requests in flight at some targets finish, and ends those that take too long. Upgraded connections would not
 * finish by themselves: they are closed, WebSockets one after the other over a time of the service's choice, so that
 * their clients do not come back all at once. Blocking; for virtual threads.
 */
final class Drain {
    private static final Duration LOOK = Duration.ofMillis(100);
    // For the last WebSocket's closing handshake, within the time of the drain.
    private static final Duration HANDSHAKE = Duration.ofSeconds(1);

    private final Traffic traffic;

    Drain(Traffic traffic) {
        this.traffic = traffic;
    }

    /** Drains targets that take no new requests any more, for good. */
    void retired(LoadBalancer balancer, Duration timeout) throws InterruptedException {
        finish(balancer.targets(), timeout, () -> false);
        balancer.targets().forEach(traffic::closeIdle);
    }

    /** Drains targets behind a closed gate; gives up, and ends nothing, when the gate is opened meanwhile. */
    void gated(List<Target> targets, Duration timeout, PauseGate gate) throws InterruptedException {
        finish(targets, timeout, gate::running);
    }

    private void finish(List<Target> targets, Duration timeout, BooleanSupplier calledOff) throws InterruptedException {
        for (Target target : targets) {
            closeTunnels(target, timeout);
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Target target : targets) {
            if (!awaitIdle(target, deadline, calledOff)) {
                if (calledOff.getAsBoolean()) {
                    return;
                }
                traffic.cancel(target);
                // Done by the event loops, in a moment.
                target.awaitIdle(LOOK);
            }
        }
    }

    private void closeTunnels(Target target, Duration timeout) {
        Duration wanted = target.options().delivery().websocketDrain();
        Duration most = timeout.compareTo(HANDSHAKE) > 0 ? timeout.minus(HANDSHAKE) : Duration.ZERO;
        Duration over = wanted.compareTo(most) < 0 ? wanted : most;
        if (target.tunnels() > 0) {
            Events.info(
                    "Closing upgraded connections",
                    "target",
                    target.address().text(),
                    "connections",
                    target.tunnels(),
                    "over",
                    GoDuration.format(over));
        }
        traffic.closeTunnels(target, over);
    }

    private static boolean awaitIdle(Target target, long deadline, BooleanSupplier calledOff)
            throws InterruptedException {
        while (!calledOff.getAsBoolean()) {
            long left = Math.max(0, deadline - System.nanoTime());
            if (target.awaitIdle(Duration.ofNanos(Math.min(left, LOOK.toNanos())))) {
                return true;
            }
            if (left <= LOOK.toNanos() && deadline - System.nanoTime() <= 0) {
                return false;
            }
        }
        return false;
    }
}
