package dev.sluice.exchange;

import dev.sluice.upstream.UpstreamFailure;

/**
 * Why the proxy answers a request itself, or cuts it.
 *
 * @param status for the client, if it has not had one yet; 499 is for the log alone
 * @param message shown to visitors in the page; empty for the page's own words
 * @param detail for the log: what happened
 */
public record ProxyError(Kind kind, int status, String message, String detail) {

    /** Whose fault it is. */
    public enum Side {
        CLIENT,
        UPSTREAM,
        PROXY
    }

    /** What happened. */
    public enum Kind {
        NO_SERVICE(Side.CLIENT),
        TLS_NOT_CONFIGURED(Side.CLIENT),
        MISDIRECTED(Side.CLIENT),
        SERVICE_BROKEN(Side.PROXY),
        SERVICE_STOPPED(Side.PROXY),
        PAUSE_EXPIRED(Side.PROXY),
        NO_HEALTHY_TARGET(Side.UPSTREAM),
        REQUEST_TOO_LARGE(Side.CLIENT),
        MALFORMED_REQUEST(Side.CLIENT),
        CLIENT_LEFT(Side.CLIENT),
        CLIENT_TOO_SLOW(Side.CLIENT),
        BUFFER_FAILED(Side.PROXY),
        RESPONSE_TOO_LARGE(Side.UPSTREAM),
        TARGET_UNREACHABLE(Side.UPSTREAM),
        TARGET_TIMED_OUT(Side.UPSTREAM),
        TARGET_FAILED(Side.UPSTREAM),
        DRAINED(Side.PROXY),
        SHUTTING_DOWN(Side.PROXY);

        private final Side side;

        Kind(Side side) {
            this.side = side;
        }

        public Side side() {
            return side;
        }
    }

    static ProxyError of(Kind kind, int status, String detail) {
        return new ProxyError(kind, status, "", detail);
    }

    static ProxyError of(UpstreamFailure failure) {
        return switch (failure.kind()) {
            case CONNECT_TIMEOUT -> of(Kind.TARGET_TIMED_OUT, 504, failure.detail());
            case NAME_UNKNOWN, REFUSED -> of(Kind.TARGET_UNREACHABLE, 502, failure.detail());
            case CLOSED, BAD_RESPONSE -> of(Kind.TARGET_FAILED, 502, failure.detail());
        };
    }
}
