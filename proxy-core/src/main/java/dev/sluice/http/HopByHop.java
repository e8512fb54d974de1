package dev.sluice.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Headers that mean one connection only and are not passed on (RFC 9110 7.6.1). What is to hold on the next connection
 * (its framing, an upgrade) is for the caller to set.
 */
public final class HopByHop {
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("Keep-Alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("Proxy-Connection");
    private static final AsciiString HTTP2_SETTINGS = AsciiString.cached("HTTP2-Settings");
    private static final String H2C = "h2c";

    // Connection options that are no headers, or headers which removal below decides on by itself.
    private static final List<String> OPTIONS =
            List.of("keep-alive", "close", "upgrade", "te", "trailer", "transfer-encoding", "http2-settings");

    // Meant for the target whatever Connection says (RFC 9110 7.6.1: a sender must not name such a field). Were they
    // removed, a client could take away what a proxy in front of Sluice vouches for, or what the target decides by.
    private static final List<String> END_TO_END = List.of(
            "host",
            "cookie",
            "set-cookie",
            "authorization",
            "cache-control",
            "expect",
            "date",
            "location",
            "forwarded",
            "x-real-ip",
            "x-request-id",
            "x-request-start",
            "x-kamal-target");
    private static final List<String> END_TO_END_FAMILIES = List.of("content-", "x-forwarded-");

    private HopByHop() {}

    /** Removes them from a request; {@code TE: trailers} stays, and so does Trailer before a chunked body. */
    public static void removeFromRequest(HttpHeaders request) {
        boolean trailers =
                request.contains(HttpHeaderNames.TE) && HeaderTokens.contain(request, HttpHeaderNames.TE, "trailers");
        remove(request);
        if (trailers) {
            request.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
        }
    }

    /** Removes them from a response; Trailer stays before a chunked body. */
    public static void removeFromResponse(HttpHeaders response) {
        remove(response);
    }

    /**
     * The protocol a client asks to switch to, or null. Switching to HTTP/2 is not offered: the target would speak a
     * protocol behind the proxy's back.
     */
    public static @Nullable String upgradeProtocol(HttpHeaders request) {
        String protocol = request.get(HttpHeaderNames.UPGRADE);
        return protocol == null
                        || protocol.isEmpty()
                        || !HeaderTokens.contain(request, HttpHeaderNames.CONNECTION, "upgrade")
                        || HeaderTokens.contain(request, HttpHeaderNames.UPGRADE, H2C)
                ? null
                : protocol;
    }

    private static void remove(HttpHeaders headers) {
        if (headers.contains(HttpHeaderNames.CONNECTION)) {
            removeNamed(headers);
            headers.remove(HttpHeaderNames.CONNECTION);
        }
        if (headers.contains(HttpHeaderNames.TRAILER)
                && !HeaderTokens.contain(headers, HttpHeaderNames.TRANSFER_ENCODING, "chunked")) {
            headers.remove(HttpHeaderNames.TRAILER);
        }
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        headers.remove(HttpHeaderNames.UPGRADE);
        headers.remove(HttpHeaderNames.TE);
        headers.remove(KEEP_ALIVE);
        headers.remove(PROXY_CONNECTION);
        headers.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
        headers.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
        headers.remove(HTTP2_SETTINGS);
    }

    private static void removeNamed(HttpHeaders headers) {
        for (String line : headers.getAll(HttpHeaderNames.CONNECTION)) {
            int at = 0;
            while (at < line.length()) {
                int end = HeaderTokens.end(line, at);
                int start = HeaderTokens.start(line, at, end);
                int stop = HeaderTokens.stop(line, start, end);
                if (stop > start && !kept(line, start, stop - start)) {
                    headers.remove(line.substring(start, stop));
                }
                at = end + 1;
            }
        }
    }

    private static boolean kept(String line, int start, int length) {
        return oneOf(OPTIONS, line, start, length)
                || oneOf(END_TO_END, line, start, length)
                || END_TO_END_FAMILIES.stream()
                        .anyMatch(family -> line.regionMatches(true, start, family, 0, family.length()));
    }

    private static boolean oneOf(List<String> names, String line, int start, int length) {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (name.length() == length && line.regionMatches(true, start, name, 0, length)) {
                return true;
            }
        }
        return false;
    }
}
