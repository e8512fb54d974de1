package dev.sluice.service;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Lets the requests in flight at some targets finish, and ends those that take too long. Upgraded connections are told
 * to end at once and are not waited for. Blocking; for virtual threads.
 */
final class Drain {
    private static final Duration LOOK = Duration.ofMillis(100);

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
        targets.forEach(traffic::closeTunnels);
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Target target : targets) {
            if (!awaitIdle(target, deadline, calledOff)) {
                if (calledOff.getAsBoolean()) {
                    return;
                }
                traffic.cancel(target);
            }
        }
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
