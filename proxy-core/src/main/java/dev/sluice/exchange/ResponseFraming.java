package dev.sluice.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;

/**
 * How an HTTP/1 response says where it ends, and whether another may follow it (RFC 9112 6.3, 9.3). Changes the head in
 * place. Stateless.
 */
final class ResponseFraming {

    private ResponseFraming() {}

    /**
     * Frames a response whose hop-by-hop headers are gone: a Content-Length is kept, other bodies are chunked, or end
     * with the connection where the client knows no chunks.
     *
     * @param toHead whether it answers HEAD
     * @param keepAlive whether the connection could be kept
     * @return whether it is kept
     */
    static boolean apply(HttpResponse head, boolean toHead, boolean http10, boolean keepAlive) {
        HttpHeaders headers = head.headers();
        head.setProtocolVersion(HttpVersion.HTTP_1_1);
        boolean kept = keepAlive && !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
        if (!headers.contains(HttpHeaderNames.CONTENT_LENGTH) && hasBody(head, toHead)) {
            if (http10) {
                kept = false;
            } else {
                headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            }
        }
        if (!kept) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (http10) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        return kept;
    }

    private static boolean hasBody(HttpResponse head, boolean toHead) {
        int status = head.status().code();
        return status != 204 && status != 304 && !toHead;
    }
}
