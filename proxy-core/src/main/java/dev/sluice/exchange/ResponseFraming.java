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
        settleLength(head);
        if (!headers.contains(HttpHeaderNames.CONTENT_LENGTH) && !toHead && hasBody(head)) {
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

    /** An interim response, or 101, is a head and nothing else (RFC 9110 15.2). */
    static void interim(HttpResponse head) {
        head.setProtocolVersion(HttpVersion.HTTP_1_1);
        settleLength(head);
    }

    /** Whether there is a body, unless it answers HEAD. */
    static boolean hasBody(HttpResponse head) {
        int status = head.status().code();
        return status != 204 && status != 205 && status != 304;
    }

    // RFC 9110 8.6, 15.3.6: with these statuses a length must not be told, or is nought.
    private static void settleLength(HttpResponse head) {
        int status = head.status().code();
        if (status == 204 || status < 200) {
            head.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
        } else if (status == 205) {
            head.headers().set(HttpHeaderNames.CONTENT_LENGTH, "0");
        }
    }
}
