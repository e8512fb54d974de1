package dev.sluice.exchange;

import dev.sluice.edge.Limit;
import dev.sluice.http.HostName;
import dev.sluice.http.RequestTarget;
import dev.sluice.wire.MalformedMessage;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that are malformed, or that could be understood in more than one way (RFC 9112), where the reader
 * before it does not. Stateless.
 */
public final class Http1Guard {
    private static final String CHUNKED = "chunked";

    private Http1Guard() {}

    /** Why a request must not be processed; null when it may. */
    public static @Nullable RejectedRequest check(HttpRequest request) {
        RejectedRequest wrong = checkVersion(request.protocolVersion());
        if (wrong == null) {
            wrong = checkFraming(request);
        }
        if (wrong == null) {
            wrong = checkTarget(request);
        }
        if (wrong == null) {
            wrong = checkHost(request);
        }
        if (wrong == null) {
            wrong = checkExpect(request.headers());
        }
        return wrong == null ? null : wrong.of(request.method());
    }

    /** What is answered to a head that could not be read. */
    public static RejectedRequest malformed(MalformedMessage why, HttpMethod method) {
        RejectedRequest rejected = switch (why.kind()) {
            case TOO_MANY_FIELDS -> new RejectedRequest(431, "too many header fields");
            case FIELDS_TOO_LARGE -> new RejectedRequest(431, "request header too large");
            case LINE_TOO_LONG -> new RejectedRequest(414, "request line too long");
            case SYNTAX -> new RejectedRequest(400, "malformed request: " + why.getMessage());
        };
        return rejected.of(method);
    }

    /** The limit that a message went beyond, in its head or in its trailers; null for none. */
    static @Nullable Limit limit(MalformedMessage.Kind kind, boolean trailers) {
        return switch (kind) {
            case SYNTAX -> null;
            case TOO_MANY_FIELDS -> trailers ? Limit.TRAILERS : Limit.HEAD_FIELDS;
            case FIELDS_TOO_LARGE, LINE_TOO_LONG -> trailers ? Limit.TRAILERS : Limit.HEAD_BYTES;
        };
    }

    private static @Nullable RejectedRequest checkVersion(HttpVersion version) {
        return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0)
                ? null
                : new RejectedRequest(505, "unsupported version " + version);
    }

    // RFC 9112 6.1, 6.3
    private static @Nullable RejectedRequest checkFraming(HttpRequest request) {
        HttpHeaders headers = request.headers();
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)
                && headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY2)) {
            // Its client sends a body of eight bytes that nothing announces.
            return new RejectedRequest(400, "obsolete WebSocket handshake");
        }
        if (codings.isEmpty()) {
            return headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() > 1
                    ? new RejectedRequest(400, "more than one Content-Length")
                    : null;
        }
        if (codings.size() > 1 || !codings.getFirst().equalsIgnoreCase(CHUNKED)) {
            return unsupported(codings);
        }
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            return new RejectedRequest(400, "Transfer-Encoding in an HTTP/1.0 request");
        }
        return headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                ? new RejectedRequest(400, "both Transfer-Encoding and Content-Length")
                : null;
    }

    // 501 for codings that are none of ours; 400 where it cannot be known which the body would have.
    private static RejectedRequest unsupported(List<String> codings) {
        String all = String.join(", ", codings);
        List<String> names = Arrays.stream(all.split(",", -1))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .toList();
        boolean chunkedAtTheEnd = names.indexOf(CHUNKED) >= 0 && names.indexOf(CHUNKED) == names.size() - 1;
        boolean others = codings.size() == 1 && !all.contains(CHUNKED);
        return chunkedAtTheEnd || others
                ? new RejectedRequest(501, "unsupported Transfer-Encoding: " + all)
                : new RejectedRequest(400, "malformed Transfer-Encoding: " + all);
    }

    // RFC 9112 3.2
    private static @Nullable RejectedRequest checkTarget(HttpRequest request) {
        if (request.method().equals(HttpMethod.CONNECT)) {
            return new RejectedRequest(405, "CONNECT is not served");
        }
        if (request.uri().equals("*")) {
            return request.method().equals(HttpMethod.OPTIONS)
                    ? null
                    : new RejectedRequest(400, "target * without OPTIONS");
        }
        return RequestTarget.parse(request.uri()) == null ? new RejectedRequest(400, "malformed request target") : null;
    }

    // RFC 9112 3.2: exactly one Host in HTTP/1.1, and a valid one.
    private static @Nullable RejectedRequest checkHost(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.isEmpty()) {
            return request.protocolVersion().equals(HttpVersion.HTTP_1_0)
                    ? null
                    : new RejectedRequest(400, "no Host header");
        }
        if (hosts.size() > 1) {
            return new RejectedRequest(400, "more than one Host header");
        }
        String host = hosts.getFirst();
        return host.isEmpty() || HostName.valid(host) ? null : new RejectedRequest(400, "malformed Host header");
    }

    private static @Nullable RejectedRequest checkExpect(HttpHeaders headers) {
        for (String expect : headers.getAll(HttpHeaderNames.EXPECT)) {
            if (!expect.equalsIgnoreCase("100-continue")) {
                return new RejectedRequest(417, "unknown expectation");
            }
        }
        return null;
    }
}
