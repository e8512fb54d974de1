package dev.sluice.reference;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import java.io.Serial;

/** The header fields of a request, of which there may be so many: the decoder gives up at the first one more. */
final class CountedFields extends DefaultHttpHeaders {
    private final int most;

    private CountedFields(int most) {
        this.most = most;
    }

    static HttpHeadersFactory factory(int most) {
        return new HttpHeadersFactory() {
            @Override
            public HttpHeaders newHeaders() {
                return new CountedFields(most);
            }

            @Override
            public HttpHeaders newEmptyHeaders() {
                return new CountedFields(most);
            }
        };
    }

    @Override
    public HttpHeaders add(CharSequence name, Object value) {
        if (size() >= most) {
            throw new TooMany();
        }
        return super.add(name, value);
    }

    /** More fields than allowed. */
    static final class TooMany extends IllegalArgumentException {
        @Serial
        private static final long serialVersionUID = 1;

        TooMany() {
            super("too many header fields");
        }
    }
}
