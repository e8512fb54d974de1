package dev.sluice.exchange;

import dev.sluice.edge.Limit;
import dev.sluice.edge.LimitHits;
import dev.sluice.http.HostName;
import dev.sluice.http.RequestTarget;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
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
 * before it does not. A refused one is passed on as a {@link RejectedRequest}; what comes after it is dropped unread.
 */
public final class Http1Guard extends ChannelInboundHandlerAdapter {
    private final LimitHits hits;
    private final String client;
    private boolean closed;

    /**
     * @param client its address
     */
    public Http1Guard(LimitHits hits, String client) {
        this.hits = hits;
        this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (closed) {
            ReferenceCountUtil.release(msg);
            return;
        }
        if (msg instanceof HttpRequest request) {
            RejectedRequest rejected = check(request);
            if (rejected != null) {
                closed = true;
                ReferenceCountUtil.release(msg);
                ctx.fireChannelRead(rejected.of(request));
                return;
            }
        }
        if (msg instanceof HttpContent content) {
            checkContent(content);
        }
        ctx.fireChannelRead(msg);
    }

    private void checkContent(HttpContent content) {
        Throwable cause = content.decoderResult().cause();
        if (cause instanceof CountedFields.TooMany || cause instanceof TooLongHttpHeaderException) {
            hits.hit(Limit.TRAILERS, client);
        }
    }

    private @Nullable RejectedRequest check(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return undecodable(request);
        }
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
        return wrong == null ? checkExpect(request.headers()) : wrong;
    }

    private RejectedRequest undecodable(HttpRequest request) {
        Throwable cause = request.decoderResult().cause();
        if (cause instanceof CountedFields.TooMany) {
            hits.hit(Limit.HEAD_FIELDS, client);
            return new RejectedRequest(431, "too many header fields");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            hits.hit(Limit.HEAD_BYTES, client);
            return new RejectedRequest(431, "request header too large");
        }
        if (cause instanceof TooLongHttpLineException) {
            hits.hit(Limit.HEAD_BYTES, client);
            return new RejectedRequest(414, "request line too long");
        }
        List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (codings.size() == 1 && !codings.getFirst().contains("chunked")) {
            return new RejectedRequest(501, "unsupported Transfer-Encoding: " + codings.getFirst());
        }
        return new RejectedRequest(400, "malformed request: " + cause.getMessage());
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
            // The codec takes the eight bytes that follow for a body that nothing announced.
            return new RejectedRequest(400, "obsolete WebSocket handshake");
        }
        if (codings.isEmpty()) {
            return headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() > 1
                    ? new RejectedRequest(400, "more than one Content-Length")
                    : null;
        }
        if (codings.size() > 1 || !codings.getFirst().trim().equalsIgnoreCase("chunked")) {
            return new RejectedRequest(501, "unsupported Transfer-Encoding: " + String.join(", ", codings));
        }
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            return new RejectedRequest(400, "Transfer-Encoding in an HTTP/1.0 request");
        }
        return headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                ? new RejectedRequest(400, "both Transfer-Encoding and Content-Length")
                : null;
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
