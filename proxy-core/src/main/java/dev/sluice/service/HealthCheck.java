package dev.sluice.service;

import dev.sluice.observe.Events;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Checks one target again and again on a virtual thread of its own, until it is told to stop. Checks never overlap, and
 * ticks that were missed by a slow one are dropped. A target on which nothing depends any more is checked seldom, and
 * its failures are not logged one by one.
 */
final class HealthCheck {
    private final Target target;
    private final HealthProbe probe;
    // Takes each result; answers whether to go on at the interval that was asked for, or seldom.
    private final Predicate<HealthResult> listener;
    private final SeldomChecks seldom;
    private volatile @Nullable HealthResult last;
    private volatile int tries;
    // Of the check's thread: successes in a row, or failures below zero.
    private int streak;
    private volatile boolean stopped;
    private @Nullable Thread thread;

    HealthCheck(Target target, HealthProbe probe, Predicate<HealthResult> listener) {
        this(target, probe, listener, SeldomChecks.OF_DAEMON);
    }

    HealthCheck(Target target, HealthProbe probe, Predicate<HealthResult> listener, SeldomChecks seldom) {
        this.target = target;
        this.probe = probe;
        this.listener = listener;
        this.seldom = seldom;
    }

    /** Checks at once, and closely. */
    void start() {
        start(true);
    }

    /** Checks seldom, and not yet. */
    void startSeldom() {
        start(false);
    }

    private synchronized void start(boolean closely) {
        if (!stopped && thread == null) {
            thread =
                    Thread.ofVirtual().name("health-" + target.address().text()).start(() -> run(closely));
        }
    }

    synchronized void stop() {
        stopped = true;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** The last result, or null before the first one. */
    @Nullable
    HealthResult last() {
        return last;
    }

    int tries() {
        return tries;
    }

    /** For the listener: successes in a row with this result, or failures below zero. */
    int streak() {
        return streak;
    }

    private void run(boolean closelyAtFirst) {
        boolean closely = closelyAtFirst;
        if (!closely) {
            seldom.join();
        }
        try {
            if (!closely) {
                seldom.awaitTurn();
            }
            long next = System.nanoTime();
            while (true) {
                Thread.sleep(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
                if (stopped) {
                    return;
                }
                HealthResult result = check();
                if (stopped) {
                    return;
                }
                if (took(result, closely) != closely) {
                    closely = !closely;
                    turned(closely);
                }
                next = Math.max(next + interval(closely), System.nanoTime());
            }
        } catch (InterruptedException _) {
            // Stopped: the target was replaced or its deploy gave up.
        } finally {
            if (!closely) {
                seldom.leave();
            }
        }
    }

    private void turned(boolean closely) {
        if (closely) {
            seldom.leave();
        } else {
            seldom.join();
        }
    }

    private boolean took(HealthResult result, boolean closely) {
        last = result;
        tries++;
        streak = result.healthy() ? Math.max(streak, 0) + 1 : Math.min(streak, 0) - 1;
        if (!result.healthy() && closely) {
            Events.info("Healthcheck failed", "url", url(), "error", result.message());
        }
        return listener.test(result);
    }

    private long interval(boolean closely) {
        long asked = target.options().healthCheck().effectiveInterval().toNanos();
        return closely ? asked : Math.max(asked, seldom.interval());
    }

    // A fault in a probe is a failed check with a reason, not the silent end of all checks.
    private HealthResult check() throws InterruptedException {
        try {
            return probe.probe(
                    target.address(),
                    target.options().healthCheck(),
                    target.options().delivery().proxyProtocol());
        } catch (RuntimeException e) {
            return new HealthResult.BadAnswer("the check itself failed: " + e, false);
        }
    }

    private String url() {
        HealthCheckOptions options = target.options().healthCheck();
        int port = options.port() > 0 ? options.port() : target.address().port();
        return "http://" + target.address().authority(port) + options.requestPath();
    }
}
