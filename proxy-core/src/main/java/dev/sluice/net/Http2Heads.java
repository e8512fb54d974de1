package dev.sluice.net;

import dev.sluice.http.HostName;
import dev.sluice.wire.FieldList;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** HTTP/2 header lists to HTTP/1.1 heads and back (RFC 9113 8). */
final class Http2Heads {

    private static final AsciiString PROTOCOL = Http2Headers.PseudoHeaderName.PROTOCOL.value();

    private Http2Heads() {}

    /**
     * Makes the request that is sent to the target.
     *
     * @param end whether no body follows
     * @throws Http2Exception a stream error when a request must not look like this
     */
    static HttpRequest request(int streamId, Http2Headers list, boolean end) throws Http2Exception {
        boolean connect = extendedConnect(streamId, list);
        CharSequence method = required(streamId, list.method(), ":method");
        CharSequence path = required(streamId, list.path(), ":path");
        required(streamId, list.scheme(), ":scheme");
        if (path.charAt(0) != '/') {
            throw malformed(streamId, ":path is not a path");
        }
        if (connect && end) {
            throw malformed(streamId, "CONNECT with END_STREAM");
        }
        FieldList headers = new FieldList();
        copy(streamId, list, headers);
        HttpRequest request = new DefaultHttpRequest(
                HttpVersion.HTTP_1_1,
                connect ? HttpMethod.GET : HttpMethod.valueOf(method.toString()),
                path.toString(),
                headers);
        setHost(streamId, list.authority(), headers);
        if (connect) {
            handshake(Objects.requireNonNull(list.get(PROTOCOL)), headers);
        } else {
            frame(streamId, headers, end);
        }
        return request;
    }

    /**
     * Whether this asks for another protocol on the stream (RFC 8441 4), for which a target is asked with an HTTP/1.1
     * upgrade.
     *
     * @throws Http2Exception a stream error for a plain CONNECT, and for :protocol without CONNECT
     */
    private static boolean extendedConnect(int streamId, Http2Headers list) throws Http2Exception {
        boolean connect = HttpMethod.CONNECT.asciiName().contentEquals(required(streamId, list.method(), ":method"));
        boolean protocol = list.contains(PROTOCOL);
        if (connect && !protocol) {
            throw malformed(streamId, "CONNECT is not served");
        }
        if (!connect && protocol) {
            throw malformed(streamId, ":protocol without CONNECT");
        }
        return connect;
    }

    /** The protocol that an extended CONNECT asks for; null of other requests. */
    static @Nullable CharSequence protocol(Http2Headers list) {
        return list.get(PROTOCOL);
    }

    // RFC 6455 4.1. What frames a body has no place here.
    private static void handshake(CharSequence protocol, HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.UPGRADE, protocol.toString())
                .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, WebSocketKeys.next())
                .remove(HttpHeaderNames.CONTENT_LENGTH);
    }

    private static void copy(int streamId, Http2Headers list, FieldList headers) throws Http2Exception {
        StringBuilder cookies = null;
        for (Map.Entry<CharSequence, CharSequence> field : list) {
            CharSequence name = field.getKey();
            if (name.isEmpty() || name.charAt(0) == ':') {
                continue;
            }
            CharSequence value = field.getValue();
            if (AsciiString.contentEquals(HttpHeaderNames.COOKIE, name)) {
                // 8.2.3: crumbs are put together again.
                cookies = cookies == null ? new StringBuilder() : cookies.append("; ");
                cookies.append(value);
            } else if (connectionSpecific(name, value)) {
                throw malformed(streamId, "connection-specific field " + name);
            } else {
                headers.append(name, value.toString());
            }
        }
        if (cookies != null) {
            headers.set(HttpHeaderNames.COOKIE, cookies.toString());
        }
    }

    // 8.2.2
    private static boolean connectionSpecific(CharSequence name, CharSequence value) {
        return AsciiString.contentEquals(HttpHeaderNames.CONNECTION, name)
                || AsciiString.contentEquals(HttpHeaderNames.TRANSFER_ENCODING, name)
                || AsciiString.contentEquals(HttpHeaderNames.UPGRADE, name)
                || AsciiString.contentEquals("keep-alive", name)
                || AsciiString.contentEquals("proxy-connection", name)
                || (AsciiString.contentEquals(HttpHeaderNames.TE, name)
                        && !AsciiString.contentEqualsIgnoreCase(HttpHeaderValues.TRAILERS, value));
    }

    // 8.3.1: the authority is what counts; a Host beside it must not say something else.
    private static void setHost(int streamId, @Nullable CharSequence authority, HttpHeaders headers)
            throws Http2Exception {
        String host = headers.get(HttpHeaderNames.HOST);
        String wanted = authority != null && !authority.isEmpty() ? authority.toString() : host;
        if (wanted == null || !HostName.valid(wanted)) {
            throw malformed(streamId, "no valid :authority");
        }
        if (headers.getAll(HttpHeaderNames.HOST).size() > 1
                || (host != null && !HostName.normalise(host).equals(HostName.normalise(wanted)))) {
            throw malformed(streamId, "Host differs from :authority");
        }
        headers.set(HttpHeaderNames.HOST, wanted);
    }

    private static void frame(int streamId, HttpHeaders headers, boolean end) throws Http2Exception {
        if (headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() > 1) {
            throw malformed(streamId, "more than one content-length");
        }
        if (!end && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
    }

    /** The trailers of a request. */
    static HttpHeaders trailers(int streamId, Http2Headers list) throws Http2Exception {
        FieldList trailers = new FieldList();
        for (Map.Entry<CharSequence, CharSequence> field : list) {
            if (field.getKey().isEmpty() || field.getKey().charAt(0) == ':') {
                throw malformed(streamId, "pseudo-header in trailers");
            }
            trailers.add(field.getKey(), field.getValue().toString());
        }
        return trailers;
    }

    /** The header list of a response. */
    static Http2Headers response(HttpResponse head) {
        Http2Headers list = new DefaultHttp2Headers(false, head.headers().size() + 1);
        list.status(head.status().codeAsText());
        copy(head.headers(), list);
        return list;
    }

    /** The header list of a response's trailers. */
    static Http2Headers trailers(HttpHeaders trailers) {
        Http2Headers list = new DefaultHttp2Headers(false, trailers.size());
        copy(trailers, list);
        return list;
    }

    private static void copy(HttpHeaders from, Http2Headers to) {
        var fields = from.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            AsciiString name = LowerCaseNames.of(field.getKey());
            if (!connectionField(name)) {
                to.add(name, field.getValue());
            }
        }
    }

    private static boolean connectionField(AsciiString name) {
        return name.contentEquals(HttpHeaderNames.CONNECTION)
                || name.contentEquals(HttpHeaderNames.TRANSFER_ENCODING)
                || name.contentEquals(HttpHeaderNames.UPGRADE);
    }

    private static CharSequence required(int streamId, @Nullable CharSequence value, String name)
            throws Http2Exception {
        if (value == null || value.isEmpty()) {
            throw malformed(streamId, "no " + name);
        }
        return value;
    }

    private static Http2Exception malformed(int streamId, String why) {
        return Http2Exception.streamError(streamId, Http2Error.PROTOCOL_ERROR, why);
    }
}
