package dev.sluice.service;

import dev.sluice.observe.Events;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Checks one target again and again on a virtual thread of its own, until it is told to stop or has no more to find
 * out. Checks never overlap, and ticks that were missed by a slow one are dropped.
 */
final class HealthCheck {
    private final Target target;
    private final HealthProbe probe;
    // Takes each result; answers whether to go on.
    private final Predicate<HealthResult> listener;
    private volatile @Nullable HealthResult last;
    private volatile int tries;
    private volatile boolean stopped;
    private @Nullable Thread thread;

    HealthCheck(Target target, HealthProbe probe, Predicate<HealthResult> listener) {
        this.target = target;
        this.probe = probe;
        this.listener = listener;
    }

    synchronized void start() {
        if (!stopped && thread == null) {
            thread =
                    Thread.ofVirtual().name("health-" + target.address().text()).start(this::run);
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

    private void run() {
        try {
            long interval = target.options().healthCheck().effectiveInterval().toNanos();
            long next = System.nanoTime();
            while (!stopped) {
                HealthResult result = check();
                if (stopped) {
                    return;
                }
                last = result;
                tries++;
                if (!result.healthy()) {
                    Events.info("Healthcheck failed", "url", url(), "error", result.message());
                }
                if (!listener.test(result)) {
                    return;
                }
                long now = System.nanoTime();
                next = Math.max(next + interval, now);
                Thread.sleep(Duration.ofNanos(next - now));
            }
        } catch (InterruptedException _) {
            // Stopped: the target was replaced or its deploy gave up.
        }
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
