package dev.sluice.reference;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Reads the responses of one connection to a target, strictly, and knows what belongs to none: one final response is
 * expected for each request, whatever comes besides is dropped and remembered. On the connection's event loop.
 */
final class NettyResponseDecoder extends HttpResponseDecoder {
    /** Bytes of a head, and of trailers: applications send large ones (cookies, policies), but not without end. */
    static final int MAX_HEAD = 256 * 1024;

    private static final int MAX_STATUS_LINE = 16 * 1024;
    private static final int MAX_CHUNK = 64 * 1024;

    private HttpMethod method = HttpMethod.GET;
    private boolean expecting;
    private boolean interim;
    private boolean switched;
    private boolean begun;
    private boolean excess;

    NettyResponseDecoder() {
        // The same length given twice is no lie (RFC 9110 8.6).
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_STATUS_LINE)
                .setMaxHeaderSize(MAX_HEAD)
                .setMaxChunkSize(MAX_CHUNK)
                .setAllowDuplicateContentLengths(true));
    }

    /** A request of this method is sent: its response may come. */
    void expect(HttpMethod requestMethod) {
        method = requestMethod;
        expecting = true;
        begun = false;
    }

    /** Whether a byte has come since the request was sent. */
    boolean begun() {
        return begun;
    }

    /** Whether bytes came that belong to no response: the connection is not to be trusted any more. */
    boolean excess() {
        return excess;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
        if (!expecting && !switched && buffer.isReadable()) {
            excess = true;
            buffer.skipBytes(buffer.readableBytes());
            return;
        }
        begun |= buffer.isReadable();
        int before = out.size();
        super.decode(ctx, buffer, out);
        for (int i = before; i < out.size(); i++) {
            if (out.get(i) instanceof HttpResponse head) {
                switched = head.status().code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code();
                interim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            }
            if (out.get(i) instanceof LastHttpContent) {
                expecting = interim;
            }
        }
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return super.isContentAlwaysEmpty(message) || method.equals(HttpMethod.HEAD);
    }

    // RFC 9112 4, to the letter: Netty takes any number for a status, and any version for HTTP.
    @Override
    protected HttpMessage createMessage(String[] line) {
        String version = line[0];
        String status = line[1];
        String reason = line[2];
        if (version.length() != 8 || !version.startsWith("HTTP/1.") || !digit(version.charAt(7))) {
            throw new IllegalArgumentException("malformed HTTP version");
        }
        if (status.length() != 3 || !status.chars().allMatch(c -> digit((char) c)) || status.charAt(0) == '0') {
            throw new IllegalArgumentException("malformed HTTP status code");
        }
        if (reason.chars().anyMatch(c -> c < ' ' && c != '\t')) {
            throw new IllegalArgumentException("control character in the reason phrase");
        }
        return super.createMessage(line);
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }
}
