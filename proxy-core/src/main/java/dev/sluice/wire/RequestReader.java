package dev.sluice.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.List;

/** Reads requests (RFC 9112 3). What a request asks for, and whether it may, is not looked at. */
public final class RequestReader extends MessageReader<HttpRequest> {
    private static final int VERSION_LENGTH = 8;
    private static final List<HttpMethod> METHODS = List.of(
            HttpMethod.GET,
            HttpMethod.POST,
            HttpMethod.HEAD,
            HttpMethod.PUT,
            HttpMethod.DELETE,
            HttpMethod.PATCH,
            HttpMethod.OPTIONS,
            HttpMethod.CONNECT,
            HttpMethod.TRACE);

    private HttpMethod method = HttpMethod.GET;
    private String target = "";
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private long length;

    public RequestReader(MessageListener<HttpRequest> listener, ByteBufAllocator allocator, ReadLimits limits) {
        super(listener, allocator, limits, false);
    }

    /** The method of the request that was read last, or as far as its first line. */
    public HttpMethod method() {
        return method;
    }

    @Override
    void firstLine(byte[] line, int from, int to) {
        method = HttpMethod.GET;
        int space = from;
        while (space < to && FieldLine.token(line[space])) {
            space++;
        }
        if (space == from || space == to || line[space] != ' ') {
            throw MalformedMessage.syntax("malformed method");
        }
        int last = to - VERSION_LENGTH - 1;
        if (last <= space + 1 || line[last] != ' ') {
            throw MalformedMessage.syntax("malformed request line");
        }
        for (int i = space + 1; i < last; i++) {
            if ((line[i] >= 0 && line[i] <= ' ') || line[i] == 0x7f) {
                throw MalformedMessage.syntax("malformed request target, byte 0x%02x".formatted(line[i]));
            }
        }
        version = version(line, last + 1);
        method = method(line, from, space - from);
        target = new String(line, space + 1, last - space - 1, ISO_8859_1);
    }

    private static HttpVersion version(byte[] line, int from) {
        boolean http = line[from] == 'H'
                && line[from + 1] == 'T'
                && line[from + 2] == 'T'
                && line[from + 3] == 'P'
                && line[from + 4] == '/'
                && line[from + 6] == '.'
                && FieldLine.digit(line[from + 5])
                && FieldLine.digit(line[from + 7]);
        if (!http) {
            throw MalformedMessage.syntax("malformed HTTP version");
        }
        if (line[from + 5] == '1' && line[from + 7] <= '1') {
            return line[from + 7] == '1' ? HttpVersion.HTTP_1_1 : HttpVersion.HTTP_1_0;
        }
        return HttpVersion.valueOf(new String(line, from, VERSION_LENGTH, ISO_8859_1));
    }

    private static HttpMethod method(byte[] line, int from, int length) {
        for (int i = 0; i < METHODS.size(); i++) {
            AsciiString name = METHODS.get(i).asciiName();
            if (name.length() == length && FieldLine.same(name, line, from, length)) {
                return METHODS.get(i);
            }
        }
        return new HttpMethod(new String(line, from, length, ISO_8859_1));
    }

    @Override
    HttpRequest head(HttpHeaders read) {
        return new DefaultHttpRequest(version, method, target, read);
    }

    // RFC 9112 6.1, 6.3: one length, or chunks. What speaks of both, or of other codings, is the listener's to refuse.
    @Override
    Framing framing(HttpRequest head) {
        HttpHeaders fields = head.headers();
        if (fields.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return Framing.CHUNKS;
        }
        length = ContentLength.once(fields);
        return length == 0 ? Framing.NONE : Framing.LENGTH;
    }

    @Override
    long length() {
        return length;
    }
}
