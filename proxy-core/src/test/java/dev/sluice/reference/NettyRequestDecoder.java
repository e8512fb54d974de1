package dev.sluice.reference;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Netty's decoder of HTTP/1 requests, held to the letter where it is lenient: request lines have single blanks and a
 * version in capitals (RFC 9112 3, 2.3), and no field goes over several lines (RFC 9112 5.2). Folded lines would also be
 * joined one by one, at a cost that grows with their square. Refused is told as Netty does: a failed decoder result.
 */
final class NettyRequestDecoder extends HttpRequestDecoder {

    /** What the next bytes are. */
    private enum Place {
        REQUEST_LINE,
        FIELDS,
        BODY,
        TRAILERS,
        /** Nothing can be known of them. */
        LOST
    }

    private Place place = Place.REQUEST_LINE;
    private int endOfMethod;
    private int endOfTarget;

    NettyRequestDecoder(HttpDecoderConfig config) {
        super(config);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
        if (place == Place.LOST) {
            buffer.skipBytes(buffer.readableBytes());
            return;
        }
        if (place != Place.BODY && folded(buffer)) {
            refuse(buffer, out);
            return;
        }
        int start = buffer.readerIndex();
        int before = out.size();
        super.decode(ctx, buffer, out);
        if (out.size() > before) {
            place = out.getLast() instanceof LastHttpContent ? Place.REQUEST_LINE : Place.BODY;
        } else if (place == Place.BODY && lastChunk(buffer, start)) {
            place = Place.TRAILERS;
        }
    }

    private void refuse(ByteBuf buffer, List<Object> out) {
        HttpObject refused =
                place == Place.TRAILERS ? new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER) : createInvalidMessage();
        refused.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("a field over several lines")));
        place = Place.LOST;
        buffer.skipBytes(buffer.readableBytes());
        out.add(refused);
    }

    // Whether a whole line before the empty one, the request line aside, begins with a blank.
    private boolean folded(ByteBuf buffer) {
        int end = buffer.writerIndex();
        int line = buffer.readerIndex();
        if (place == Place.REQUEST_LINE) {
            while (line < end && lineEnd(buffer.getByte(line))) {
                line++;
            }
            line = next(buffer, line, end);
        }
        while (line < end) {
            byte first = buffer.getByte(line);
            if (first == ' ' || first == '\t') {
                return true;
            }
            if (lineEnd(first)) {
                return false;
            }
            line = next(buffer, line, end);
        }
        return false;
    }

    private static int next(ByteBuf buffer, int line, int end) {
        int lf = buffer.indexOf(line, end, (byte) '\n');
        return lf < 0 ? end : lf + 1;
    }

    private static boolean lineEnd(byte b) {
        return b == '\r' || b == '\n';
    }

    // Whether the line that was taken without a result is that of the last chunk: noughts, and perhaps an extension.
    private static boolean lastChunk(ByteBuf buffer, int start) {
        int at = start;
        int end = buffer.readerIndex();
        while (at < end && buffer.getByte(at) == '0') {
            at++;
        }
        return at > start && at < end && "\r; \t".indexOf(buffer.getByte(at)) >= 0;
    }

    // -- the request line, word by word

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        place = Place.FIELDS;
        endOfMethod = start + length;
        if (start != 0) {
            throw new IllegalArgumentException("a blank before the method");
        }
        return super.splitFirstWordInitialLine(line, start, length);
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        endOfTarget = start + length;
        checkBlank(line, endOfMethod, start);
        return super.splitSecondWordInitialLine(line, start, length);
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        checkBlank(line, endOfTarget, start);
        if (length < 5
                || line[start] != 'H'
                || line[start + 1] != 'T'
                || line[start + 2] != 'T'
                || line[start + 3] != 'P') {
            throw new IllegalArgumentException("not HTTP");
        }
        return super.splitThirdWordInitialLine(line, start, length);
    }

    private static void checkBlank(byte[] line, int from, int to) {
        if (to != from + 1 || line[from] != ' ') {
            throw new IllegalArgumentException("words of the request line not parted by one blank");
        }
    }
}
