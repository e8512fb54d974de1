package dev.sluice.exchange;

import io.netty.handler.codec.http.HttpMethod;

/**
 * A request that must not be processed: it is answered, and the connection closed.
 *
 * @param reason for the log
 * @param toHead whether it came with HEAD, whose answer has no body
 */
public record RejectedRequest(int status, String reason, boolean toHead) {

    RejectedRequest(int status, String reason) {
        this(status, reason, false);
    }

    RejectedRequest of(HttpMethod method) {
        return new RejectedRequest(status, reason, method.equals(HttpMethod.HEAD));
    }
}
