package dev.sluice.exchange;

import dev.sluice.upstream.UpstreamConnection;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;

/**
 * Whether a request may be sent a second time, and where. Where nothing of it was sent any request may. Otherwise whether
 * it was carried out cannot be known, and only a request that may be repeated (RFC 9110 9.2.2) is. An application may
 * close an idle connection at the moment in which a request is sent on it; so only requests that may be repeated go on
 * used connections, and every other one goes on a connection of its own making, where that cannot happen.
 */
final class Retry {
    private static final int MOST = 2;

    /** Where a request goes that failed. */
    enum Verdict {
        NOWHERE,
        /** On a fresh connection: the used one was stale. */
        SAME_TARGET,
        /** To another target; if there is none, here again a little later: no target has had it. */
        ANY_TARGET,
        /** To another target if there is one: it may be that this one has had it. */
        OTHER_TARGET
    }

    private Retry() {}

    /** Whether a connection that was used before will do. */
    static boolean mayReuse(Exchange x) {
        return x.upgrade == null && idempotent(x) && x.body.replayable();
    }

    static Verdict verdict(Exchange x, ProxyError error) {
        boolean searches = x.service != null
                && !x.service.targetOptions().delivery().retryFor().isZero();
        if (x.phase == Exchange.Phase.CONNECTING) {
            boolean unreached = error.kind() == ProxyError.Kind.TARGET_UNREACHABLE
                    || error.kind() == ProxyError.Kind.TARGET_TIMED_OUT;
            return unreached && searches ? Verdict.ANY_TARGET : Verdict.NOWHERE;
        }
        UpstreamConnection connection = x.upstream;
        if (error.kind() != ProxyError.Kind.TARGET_FAILED
                || x.phase != Exchange.Phase.AWAITING_HEAD
                || connection == null
                || connection.answered()) {
            return Verdict.NOWHERE;
        }
        if (connection.nothingSent() && x.body.replayable() && searches) {
            return Verdict.ANY_TARGET;
        }
        if (x.resent >= MOST || !mayReuse(x)) {
            return Verdict.NOWHERE;
        }
        if (connection.reused()) {
            return Verdict.SAME_TARGET;
        }
        return searches ? Verdict.OTHER_TARGET : Verdict.NOWHERE;
    }

    /** Whether the failure tells something about the target: that a used connection was closed does not. */
    static boolean countsAgainstTarget(Exchange x, ProxyError error) {
        return switch (error.kind()) {
            case TARGET_UNREACHABLE, TARGET_TIMED_OUT -> x.phase == Exchange.Phase.CONNECTING;
            case TARGET_FAILED ->
                x.phase == Exchange.Phase.AWAITING_HEAD
                        && x.upstream != null
                        && !x.upstream.reused()
                        && !x.upstream.answered();
            default -> false;
        };
    }

    private static boolean idempotent(Exchange x) {
        HttpMethod method = x.request.method();
        if (method.equals(HttpMethod.GET)
                || method.equals(HttpMethod.HEAD)
                || method.equals(HttpMethod.OPTIONS)
                || method.equals(HttpMethod.PUT)
                || method.equals(HttpMethod.DELETE)
                || method.equals(HttpMethod.TRACE)) {
            return true;
        }
        HttpHeaders headers = x.request.headers();
        return headers.contains("Idempotency-Key") || headers.contains("X-Idempotency-Key");
    }
}
