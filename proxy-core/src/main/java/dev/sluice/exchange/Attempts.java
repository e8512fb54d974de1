package dev.sluice.exchange;

import dev.sluice.service.Service;
import dev.sluice.service.Target;
import dev.sluice.upstream.UpstreamConnection;
import dev.sluice.upstream.UpstreamFailure;
import dev.sluice.upstream.UpstreamPool;
import java.time.Duration;
import java.util.Objects;

/**
 * How a request comes by a connection to its target, and by another one, or another target, when that fails: {@link
 * Retry} says whether, {@link Search} keeps what was tried. Called on the exchange's event loop; holds no state of its
 * own.
 */
final class Attempts {
    // For the lookup of the name and for all its addresses together.
    private static final long CONNECT_NANOS = Duration.ofSeconds(15).toNanos();
    // Where another target can be asked: a lost SYN is sent again after 1 s, and once more after 3 s.
    private static final long CONNECT_ONE_OF_SEVERAL_NANOS =
            Duration.ofSeconds(3).toNanos();

    private final RequestPath path;
    private final Preparation preparation;
    private final Finish finish;

    Attempts(RequestPath path, Preparation preparation, Finish finish) {
        this.path = path;
        this.preparation = preparation;
        this.finish = finish;
    }

    /** Sends the request on a connection to the target that was claimed for it. */
    void connect(Exchange x, Target target, boolean oneOfSeveral) {
        if (!x.prepared) {
            x.prepared = true;
            preparation.forTarget(x, target);
        } else {
            preparation.forOtherTarget(x, target);
            countRetry(x);
        }
        UpstreamConnection idle = Retry.mayReuse(x) ? x.worker.pool().takeIdle(target, x) : null;
        if (idle != null) {
            path.send(x, idle);
        } else {
            open(x, target, oneOfSeveral ? CONNECT_ONE_OF_SEVERAL_NANOS : CONNECT_NANOS);
        }
    }

    private void open(Exchange x, Target target, long nanos) {
        int attempt = x.attempt;
        x.phase = Exchange.Phase.CONNECTING;
        x.worker.deadline(x, nanos);
        x.worker.pool().open(target, x, new UpstreamPool.Answer() {
            @Override
            public void connected(UpstreamConnection connection) {
                if (x.done() || x.attempt != attempt) {
                    connection.close();
                } else {
                    path.send(x, connection);
                }
            }

            @Override
            public void failed(UpstreamFailure failure) {
                if (x.attempt == attempt) {
                    path.fail(x, ProxyError.of(failure));
                }
            }
        });
    }

    /** Goes on with a request that failed, as was found right. */
    void again(Exchange x, ProxyError error, Retry.Verdict verdict) {
        Target target = Objects.requireNonNull(x.lease);
        x.attempt++;
        x.worker.deadline(x, 0);
        x.body.detach();
        x.upstream = null;
        if (verdict != Retry.Verdict.ANY_TARGET) {
            x.resent++;
        }
        if (verdict == Retry.Verdict.SAME_TARGET) {
            countRetry(x);
            open(x, target, CONNECT_NANOS);
            return;
        }
        // A search counts for no target, so that no drain waits for it.
        finish.releaseClaim(x);
        search(x, Objects.requireNonNull(x.service), error).failed(target, error);
        path.route(x);
    }

    /** There is no target, or none that was not tried: looks again after a pause, at what the routes are then. */
    void noneLeft(Exchange x, Service service) {
        Search search = x.search;
        if (search == null || search.tried().isEmpty()) {
            ProxyError none = ProxyError.of(ProxyError.Kind.NO_HEALTHY_TARGET, 503, "no healthy target");
            search = search(x, service, none);
            search.failed(none);
        }
        // A target that may have had the request is not asked again; only others might have been.
        long pause = search.last().kind() == ProxyError.Kind.TARGET_FAILED ? 0 : search.pause();
        if (pause == 0) {
            path.fail(x, search.last());
            return;
        }
        x.phase = Exchange.Phase.SEARCHING;
        x.worker.deadline(x, pause);
    }

    private static Search search(Exchange x, Service service, ProxyError error) {
        Search search = x.search;
        if (search == null) {
            search = new Search(error, service.targetOptions().delivery().retryFor());
            x.search = search;
        }
        return search;
    }

    private void countRetry(Exchange x) {
        x.record.retries++;
        finish.retried();
    }
}
