package dev.sluice.exchange;

import dev.sluice.buffer.SpillFull;
import dev.sluice.edge.Limit;
import dev.sluice.observe.Events;
import dev.sluice.service.Service;
import dev.sluice.service.Target;
import java.io.IOException;

/**
 * What can come in between while a request is on its way: time runs out, the client leaves, a body is malformed or too
 * large. Called on the exchange's event loop; holds no state of its own.
 */
final class Interruptions {
    private final RequestPath path;

    Interruptions(RequestPath path) {
        this.path = path;
    }

    /** The phase took too long. */
    void expired(Exchange x) {
        switch (x.phase) {
            case HELD -> {
                Events.warn(
                        "Rejecting request due to expired pause",
                        "service",
                        x.record.service,
                        "path",
                        x.target.decodedPath());
                path.fail(x, ProxyError.of(ProxyError.Kind.PAUSE_EXPIRED, 504, "held for the longest pause allowed"));
            }
            case SEARCHING -> path.route(x);
            case CONNECTING ->
                path.fail(
                        x, ProxyError.of(ProxyError.Kind.TARGET_TIMED_OUT, 504, "no connection to the target in time"));
            case AWAITING_HEAD ->
                path.fail(x, ProxyError.of(ProxyError.Kind.TARGET_TIMED_OUT, 504, "no response head in time"));
            case RELAYING -> {
                if (x.buffering != null) {
                    x.buffering.standsStill();
                }
            }
            default -> {}
        }
    }

    /** The drain of the target takes too long for this request. */
    void cancel(Exchange x) {
        Events.info("Request cancelled due to draining", "target", x.record.target, "path", x.target.decodedPath());
        path.fail(x, ProxyError.of(ProxyError.Kind.DRAINED, 504, "not done within the drain timeout"));
    }

    /** Closes a tunnel whose target goes, unless the gate that was closed is open again. */
    void closeTunnel(Exchange x) {
        Target target = x.lease;
        Service service = x.service;
        if (x.tunnel != null
                && target != null
                && service != null
                && (target.retired() || !service.gate().running())) {
            x.tunnel.drain();
        }
    }

    /** The proxy ends. */
    void closeTunnelAtTheEnd(Exchange x) {
        if (x.tunnel != null) {
            x.tunnel.goAway();
        }
    }

    /** The drain is over, for tunnels too. */
    void cutTunnel(Exchange x) {
        if (x.tunnel != null) {
            x.tunnel.cut();
        }
    }

    void clientGone(Exchange x) {
        if (!x.done() && x.phase != Exchange.Phase.TUNNEL) {
            if (!x.responding) {
                x.record.status = 499;
            }
            x.record.reason = "the client left";
            x.responding = true;
            path.abandon(x);
            path.finish(x);
        }
    }

    void malformed(Exchange x, String why) {
        if (x.body.collecting()) {
            Events.info("Malformed chunked request", "path", x.target.decodedPath(), "error", why);
        } else {
            Events.info("Malformed request", "target", x.record.target, "path", x.target.decodedPath(), "error", why);
        }
        path.fail(x, ProxyError.of(ProxyError.Kind.MALFORMED_REQUEST, 400, why));
    }

    /** The client does not go on with its request. One that has its answer on the way need not. */
    void bodyTimedOut(Exchange x) {
        if (x.responding) {
            return;
        }
        x.worker.limitHits().hit(Limit.BODY_IDLE, x.connection.peerAddress());
        path.fail(x, ProxyError.of(ProxyError.Kind.CLIENT_TOO_SLOW, 408, "the request body stood still"));
    }

    /** The client sends its request more slowly than it may. */
    void bodyTooSlow(Exchange x) {
        if (!x.responding) {
            x.worker.limitHits().hit(Limit.MIN_RATE, x.connection.peerAddress());
            path.fail(x, ProxyError.of(ProxyError.Kind.CLIENT_TOO_SLOW, 408, "the request body came below --min-rate"));
        }
    }

    /** It has more bytes than any request may have. */
    void bodyOverLimit(Exchange x) {
        x.worker.limitHits().hit(Limit.BODY_BYTES, x.connection.peerAddress());
        path.fail(x, ProxyError.of(ProxyError.Kind.REQUEST_TOO_LARGE, 413, "request body over --max-body"));
    }

    void requestTooLarge(Exchange x) {
        path.fail(x, ProxyError.of(ProxyError.Kind.REQUEST_TOO_LARGE, 413, "request body over --max-request-body"));
    }

    void responseTooLarge(Exchange x) {
        Events.info("Response exceeded max response limit", "path", x.target.decodedPath());
        path.fail(x, ProxyError.of(ProxyError.Kind.RESPONSE_TOO_LARGE, 500, "response body over --max-response-body"));
    }

    void bufferFailed(Exchange x, IOException why) {
        if (why instanceof SpillFull) {
            x.worker.limitHits().hit(Limit.SPILL, x.connection.peerAddress());
            path.fail(x, ProxyError.of(ProxyError.Kind.BUFFER_FAILED, 503, String.valueOf(why.getMessage())));
            return;
        }
        String what = x.phase == Exchange.Phase.RELAYING ? "Error sending response" : "Error buffering request";
        Events.error(what, "path", x.target.decodedPath(), "error", why.toString());
        path.fail(x, ProxyError.of(ProxyError.Kind.BUFFER_FAILED, 500, "temporary file: " + why.getMessage()));
    }
}
