package dev.sluice.net;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The key of a WebSocket handshake and its answer (RFC 6455 1.3), for clients of protocol versions that have none. They
 * only show that the target means this handshake, so the key need not be secret.
 */
final class WebSocketKeys {
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private WebSocketKeys() {}

    static String next() {
        byte[] key = new byte[16];
        ThreadLocalRandom.current().nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }

    /** Whether the response's Sec-WebSocket-Accept is the answer to the request's key. */
    static boolean accepted(HttpHeaders request, HttpHeaders response) {
        String key = request.get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
        return key != null && answer(key).equals(response.get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT));
    }

    static String answer(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder()
                    .encodeToString(sha1.digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
