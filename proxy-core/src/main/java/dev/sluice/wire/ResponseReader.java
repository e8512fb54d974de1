package dev.sluice.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * Reads responses (RFC 9112 4). Applications are not clients who try what passes: a field over several lines is joined,
 * and a blank before a colon dropped (RFC 9112 5.1, 5.2).
 */
public final class ResponseReader extends MessageReader<HttpResponse> {
    private static final int VERSION_LENGTH = 8;
    private static final int STATUS_LENGTH = 3;

    private HttpMethod method = HttpMethod.GET;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private HttpResponseStatus status = HttpResponseStatus.OK;
    private long length;

    public ResponseReader(MessageListener<HttpResponse> listener, ByteBufAllocator allocator, ReadLimits limits) {
        super(listener, allocator, limits, true);
    }

    /** What comes next answers a request of this method. */
    public void expect(HttpMethod requestMethod) {
        method = requestMethod;
    }

    @Override
    void firstLine(byte[] line, int from, int to) {
        int at = from + VERSION_LENGTH;
        if (to < at + 1 + STATUS_LENGTH
                || line[from] != 'H'
                || line[from + 1] != 'T'
                || line[from + 2] != 'T'
                || line[from + 3] != 'P'
                || line[from + 4] != '/'
                || line[from + 5] != '1'
                || line[from + 6] != '.'
                || !FieldLine.digit(line[from + 7])
                || line[at] != ' ') {
            throw MalformedMessage.syntax("malformed HTTP version");
        }
        version = switch (line[from + 7]) {
            case '1' -> HttpVersion.HTTP_1_1;
            case '0' -> HttpVersion.HTTP_1_0;
            default -> HttpVersion.valueOf(new String(line, from, VERSION_LENGTH, ISO_8859_1));
        };
        at++;
        int code = 0;
        for (int i = at; i < at + STATUS_LENGTH; i++) {
            code = FieldLine.digit(line[i]) ? code * 10 + line[i] - '0' : Integer.MIN_VALUE;
        }
        at += STATUS_LENGTH;
        if (code < 100 || (at < to && line[at] != ' ')) {
            throw MalformedMessage.syntax("malformed HTTP status code");
        }
        status = status(code, line, Math.min(at + 1, to), to);
    }

    private static HttpResponseStatus status(int code, byte[] line, int from, int to) {
        HttpResponseStatus usual = HttpResponseStatus.valueOf(code);
        AsciiString codeText = usual.codeAsText();
        String phrase = usual.reasonPhrase();
        boolean same = codeText.length() == STATUS_LENGTH && phrase.length() == to - from;
        for (int i = from; i < to; i++) {
            if (line[i] >= 0 && line[i] < ' ' && line[i] != '\t') {
                throw MalformedMessage.syntax("control character in the reason phrase");
            }
            same = same && phrase.charAt(i - from) == line[i];
        }
        return same ? usual : new HttpResponseStatus(code, new String(line, from, to - from, ISO_8859_1));
    }

    @Override
    HttpResponse head(HttpHeaders read) {
        return new DefaultHttpResponse(version, status, read);
    }

    // RFC 9112 6.3
    @Override
    Framing framing(HttpResponse head) {
        HttpHeaders fields = head.headers();
        List<String> codings = fields.contains(HttpHeaderNames.TRANSFER_ENCODING)
                ? fields.getAll(HttpHeaderNames.TRANSFER_ENCODING)
                : List.of();
        boolean counted = fields.contains(HttpHeaderNames.CONTENT_LENGTH);
        length = counted ? ContentLength.repeated(fields) : 0;
        if (!codings.isEmpty()) {
            checkCodings(codings, counted);
        }
        int code = status.code();
        if (code == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
            return Framing.SWITCH;
        }
        if (status.codeClass() == HttpStatusClass.INFORMATIONAL
                || code == 204
                || code == 304
                || method.equals(HttpMethod.HEAD)) {
            return Framing.NONE;
        }
        if (!codings.isEmpty()) {
            return Framing.CHUNKS;
        }
        if (!counted) {
            return Framing.CLOSE;
        }
        return length == 0 ? Framing.NONE : Framing.LENGTH;
    }

    // Transfer-Encoding ends here, and other codings than chunked with it: the client could not read the body.
    private void checkCodings(List<String> codings, boolean counted) {
        if (codings.size() > 1 || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst())) {
            throw MalformedMessage.syntax("unsupported transfer encoding: " + String.join(", ", codings));
        }
        if (counted) {
            throw MalformedMessage.syntax("both Transfer-Encoding and Content-Length");
        }
        if (version.equals(HttpVersion.HTTP_1_0)) {
            throw MalformedMessage.syntax("Transfer-Encoding in an HTTP/1.0 response");
        }
    }

    @Override
    long length() {
        return length;
    }
}
