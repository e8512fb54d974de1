package dev.sluice.net;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.Serial;

/** An HTTP/2 header list that keeps so many fields and no more: one byte on the wire may stand for a whole field. */
final class CountedHeaders extends DefaultHttp2Headers {
    @Serial
    private static final long serialVersionUID = 1;

    private final int most;
    private boolean excess;

    private CountedHeaders(int most) {
        super(true, true, Math.min(most, 16));
        this.most = most;
    }

    /** A decoder of header lists of at most so many bytes, counted as in SETTINGS, and fields. */
    static DefaultHttp2HeadersDecoder decoder(int bytes, int fields) {
        return new DefaultHttp2HeadersDecoder(true, true, bytes) {
            @Override
            protected Http2Headers newHeaders() {
                return new CountedHeaders(fields);
            }
        };
    }

    /** Whether there were more fields. */
    boolean excess() {
        return excess;
    }

    @Override
    public Http2Headers add(CharSequence name, CharSequence value) {
        if (size() >= most) {
            excess = true;
            return this;
        }
        return super.add(name, value);
    }
}
