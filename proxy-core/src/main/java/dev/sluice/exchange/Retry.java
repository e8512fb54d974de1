package dev.sluice.exchange;

import dev.sluice.upstream.UpstreamConnection;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;

/**
 * Whether a request may be sent a second time. An application may close an idle connection at the moment in which a
 * request is sent on it; whether that request was carried out cannot be known. So only a request that may be repeated
 * (RFC 9110 9.2.2) goes on a used connection, and is sent again on a fresh one when that fails before an answer; every
 * other request goes on a connection of its own making, where that cannot happen.
 */
final class Retry {
    private static final int MOST = 2;

    private Retry() {}

    /** Whether a connection that was used before will do. */
    static boolean mayReuse(Exchange x) {
        return x.upgrade == null && idempotent(x) && x.body.replayable();
    }

    /** Whether a failure only means that the used connection was stale. */
    static boolean applies(Exchange x, ProxyError error) {
        UpstreamConnection connection = x.upstream;
        return error.kind() == ProxyError.Kind.TARGET_FAILED
                && x.phase == Exchange.Phase.AWAITING_HEAD
                && connection != null
                && connection.reused()
                && !connection.answered()
                && x.record.retries < MOST
                && mayReuse(x);
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
