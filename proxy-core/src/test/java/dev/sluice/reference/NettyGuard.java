package dev.sluice.reference;

import dev.sluice.http.HostName;
import dev.sluice.http.RequestTarget;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that are malformed, or that could be understood in more than one way (RFC 9112), where the codec
 * before it does not. A refused one is passed on as a {@link Refusal}; what comes after it is dropped unread.
 */
final class NettyGuard extends ChannelInboundHandlerAdapter {
    /** Stands in the place of a request that was refused. */
    record Refusal(int status, String reason) {}

    private boolean closed;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (closed) {
            ReferenceCountUtil.release(msg);
            return;
        }
        if (msg instanceof HttpRequest request) {
            Refusal rejected = check(request);
            if (rejected != null) {
                closed = true;
                ReferenceCountUtil.release(msg);
                ctx.fireChannelRead(rejected);
                return;
            }
        }
        ctx.fireChannelRead(msg);
    }

    private static @Nullable Refusal check(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return undecodable(request);
        }
        Refusal wrong = checkVersion(request.protocolVersion());
        if (wrong == null) {
            wrong = checkFraming(request);
        }
        if (wrong == null) {
            wrong = checkTarget(request);
        }
        if (wrong == null) {
            wrong = checkHost(request);
        }
        return wrong == null ? checkExpect(request.headers()) : wrong;
    }

    private static Refusal undecodable(HttpRequest request) {
        Throwable cause = request.decoderResult().cause();
        if (cause instanceof CountedFields.TooMany) {
            return new Refusal(431, "too many header fields");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new Refusal(431, "request header too large");
        }
        if (cause instanceof TooLongHttpLineException) {
            return new Refusal(414, "request line too long");
        }
        List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (codings.size() == 1 && !codings.getFirst().contains("chunked")) {
            return new Refusal(501, "unsupported Transfer-Encoding: " + codings.getFirst());
        }
        return new Refusal(400, "malformed request: " + cause.getMessage());
    }

    private static @Nullable Refusal checkVersion(HttpVersion version) {
        return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0)
                ? null
                : new Refusal(505, "unsupported version " + version);
    }

    // RFC 9112 6.1, 6.3
    private static @Nullable Refusal checkFraming(HttpRequest request) {
        HttpHeaders headers = request.headers();
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)
                && headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY2)) {
            // The codec takes the eight bytes that follow for a body that nothing announced.
            return new Refusal(400, "obsolete WebSocket handshake");
        }
        if (codings.isEmpty()) {
            return headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() > 1
                    ? new Refusal(400, "more than one Content-Length")
                    : null;
        }
        if (codings.size() > 1 || !codings.getFirst().trim().equalsIgnoreCase("chunked")) {
            return new Refusal(501, "unsupported Transfer-Encoding: " + String.join(", ", codings));
        }
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            return new Refusal(400, "Transfer-Encoding in an HTTP/1.0 request");
        }
        return headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                ? new Refusal(400, "both Transfer-Encoding and Content-Length")
                : null;
    }

    // RFC 9112 3.2
    private static @Nullable Refusal checkTarget(HttpRequest request) {
        if (request.method().equals(HttpMethod.CONNECT)) {
            return new Refusal(405, "CONNECT is not served");
        }
        if (request.uri().equals("*")) {
            return request.method().equals(HttpMethod.OPTIONS) ? null : new Refusal(400, "target * without OPTIONS");
        }
        return RequestTarget.parse(request.uri()) == null ? new Refusal(400, "malformed request target") : null;
    }

    // RFC 9112 3.2: exactly one Host in HTTP/1.1, and a valid one.
    private static @Nullable Refusal checkHost(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.isEmpty()) {
            return request.protocolVersion().equals(HttpVersion.HTTP_1_0) ? null : new Refusal(400, "no Host header");
        }
        if (hosts.size() > 1) {
            return new Refusal(400, "more than one Host header");
        }
        String host = hosts.getFirst();
        return host.isEmpty() || HostName.valid(host) ? null : new Refusal(400, "malformed Host header");
    }

    private static @Nullable Refusal checkExpect(HttpHeaders headers) {
        for (String expect : headers.getAll(HttpHeaderNames.EXPECT)) {
            if (!expect.equalsIgnoreCase("100-continue")) {
                return new Refusal(417, "unknown expectation");
            }
        }
        return null;
    }
}
