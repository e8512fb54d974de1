package dev.sluice.exchange;

import dev.sluice.observe.AccessLog;
import dev.sluice.observe.RequestMetrics;
import dev.sluice.service.Service;
import dev.sluice.service.Target;

/** What is owed at the end of each exchange, once: the target's claim, the metrics, the log line. */
public final class Finish {
    private final AccessLog log;
    private final RequestMetrics metrics;

    public Finish(AccessLog log, RequestMetrics metrics) {
        this.log = log;
        this.metrics = metrics;
    }

    /** The request belongs to this service from here on. */
    void entered(Exchange x, Service service, String prefix) {
        if (!x.record.service.isEmpty() && !x.record.excludedFromMetrics) {
            // Held, its service removed meanwhile, and another one's now.
            metrics.left(x.record.service);
        }
        x.record.service = service.name();
        x.record.excludedFromMetrics = x.own
                || service.excludedFromMetrics(
                        prefix.length() > 1 && service.options().stripPrefix()
                                ? x.target.decodedPathWithout(prefix)
                                : x.target.decodedPath());
        if (!x.record.excludedFromMetrics) {
            metrics.started(service.name());
        }
    }

    /** The target has done its part: its connection and its claim are given back. */
    void releaseTarget(Exchange x) {
        if (x.upstream != null) {
            x.upstream.release();
            x.upstream = null;
        }
        releaseClaim(x);
    }

    void releaseClaim(Exchange x) {
        Target target = x.lease;
        if (x.releaseOwed && target != null) {
            x.releaseOwed = false;
            target.release();
        }
    }

    void retried() {
        metrics.upstreamRetried();
    }

    void ended(Exchange x) {
        releaseTarget(x);
        x.record.endedNanos = System.nanoTime();
        if (!x.record.excludedFromMetrics && !x.own && !x.unlogged) {
            metrics.ended(
                    x.record.service, x.record.method, x.record.status, x.record.endedNanos - x.record.startedNanos);
        }
        if (!x.own && !x.unlogged) {
            log.ended(x.record);
        }
    }
}
