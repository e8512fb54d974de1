package dev.sluice.net;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.Http3Headers;
import java.util.Map;

/**
 * HTTP/3 header lists to HTTP/1.1 heads and back. RFC 9114 4.2 and 4.3 ask the same of a list as RFC 9113 8.2 and 8.3, so
 * it is {@link Http2Heads}, and Netty's validation of HTTP/2 fields, that judge it.
 */
final class Http3Heads {
    // Only named in messages; QUIC's ids do not fit.
    private static final int STREAM = 1;

    private Http3Heads() {}

    /**
     * Makes the request that is sent to the target.
     *
     * @param end whether no body follows
     * @throws Http2Exception when a request must not look like this
     */
    static HttpRequest request(Http3Headers list, boolean end) throws Http2Exception {
        // RFC 9220 3: not without a setting that is not sent; WebSockets go over HTTP/1.1 and HTTP/2.
        if (list.contains(Http3Headers.PseudoHeaderName.PROTOCOL.value())) {
            throw Http2Exception.streamError(STREAM, Http2Error.PROTOCOL_ERROR, ":protocol is not served");
        }
        return Http2Heads.request(STREAM, validated(list), end);
    }

    /** The trailers of a request. */
    static HttpHeaders trailers(Http3Headers list) throws Http2Exception {
        return Http2Heads.trailers(STREAM, validated(list));
    }

    // Netty's HTTP/3 codec has looked at the pseudo-headers and at nothing else. It throws Http2Exception unchecked.
    private static Http2Headers validated(Http3Headers list) throws Http2Exception {
        Http2Headers checked = new DefaultHttp2Headers(true, true, list.size());
        for (Map.Entry<CharSequence, CharSequence> field : list) {
            checked.add(field.getKey(), field.getValue());
        }
        return checked;
    }

    /** The header list of a response. */
    static Http3Headers response(HttpResponse head) {
        return list(Http2Heads.response(head));
    }

    /** The header list of a response's trailers. */
    static Http3Headers trailers(HttpHeaders trailers) {
        return list(Http2Heads.trailers(trailers));
    }

    private static Http3Headers list(Http2Headers from) {
        Http3Headers list = new DefaultHttp3Headers(false, from.size());
        list.add(from);
        return list;
    }
}
