package dev.sluice.exchange;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;

/**
 * Stands in the place of a request that must not be processed. It is answered in its turn, after the answers to the
 * requests before it, and the connection is closed.
 *
 * @param reason for the log
 * @param toHead whether it came with HEAD, whose answer has no body
 */
public record RejectedRequest(int status, String reason, boolean toHead) {

    RejectedRequest(int status, String reason) {
        this(status, reason, false);
    }

    RejectedRequest of(HttpRequest request) {
        return new RejectedRequest(status, reason, request.method().equals(HttpMethod.HEAD));
    }
}
