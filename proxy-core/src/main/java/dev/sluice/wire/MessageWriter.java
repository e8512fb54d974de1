package dev.sluice.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Writes the messages of one HTTP/1 connection, one after the other: a head, parts of a body, an end. The head waits for
 * the first parts of the body, and small parts are copied behind it, so that a usual message leaves in one piece. Framing
 * is as the head's fields say: a body goes in chunks where Transfer-Encoding says so. What was written leaves with
 * {@link #flush}. On the connection's event loop only.
 */
public final class MessageWriter {
    // A part of so many bytes is copied: cheaper than one more piece for the kernel to gather.
    private static final int SMALL = 4 * 1024;
    // For a head of no known body: room for a chunk's size and end.
    private static final int ROOM = 512;
    // A chunk's size of an int's digits, the line's end behind it, and the one behind the chunk.
    private static final int MOST_MARKS = 12;
    private static final int LINE_END = '\r' << 8 | '\n';
    private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);

    private static final FastThreadLocal<HeadBytes> HEADS = new FastThreadLocal<>() {
        @Override
        protected HeadBytes initialValue() {
            return new HeadBytes();
        }
    };

    private final ChannelOutboundInvoker out;
    private final ByteBufAllocator allocator;
    // What can still take small parts, and who is told when it has left.
    private @Nullable ByteBuf open;
    private @Nullable ChannelPromise promise;
    private boolean chunked;

    /**
     * @param out where bytes are written
     */
    public MessageWriter(ChannelOutboundInvoker out, ByteBufAllocator allocator) {
        this.out = out;
        this.allocator = allocator;
    }

    /**
     * Begins a request.
     *
     * @param written told when the head has left; null if nobody cares
     */
    public void request(HttpRequest head, @Nullable ChannelPromise written) {
        HeadBytes bytes = HEADS.get()
                .begin()
                .put(head.method().asciiName())
                .put(' ')
                .put(head.uri())
                .put(' ')
                .put(head.protocolVersion().text())
                .line();
        begin(bytes, head.headers(), written);
    }

    /** Begins a response; an interim one is whole with it. */
    public void response(HttpResponse head) {
        HeadBytes bytes = HEADS.get()
                .begin()
                .put(head.protocolVersion().text())
                .put(' ')
                .put(head.status().codeAsText())
                .put(' ')
                .put(head.status().reasonPhrase())
                .line();
        begin(bytes, head.headers(), null);
    }

    private void begin(HeadBytes bytes, HttpHeaders headers, @Nullable ChannelPromise written) {
        bytes.fields(headers);
        push();
        chunked = headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
        ByteBuf buffer = allocator.directBuffer(bytes.length() + roomFor(headers));
        bytes.writeTo(buffer);
        open = buffer;
        promise = written;
    }

    // No more than the body needs, since the buffer may stay for as long as the client takes.
    private static int roomFor(HttpHeaders headers) {
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        if (length == null) {
            return ROOM;
        }
        int bytes = 0;
        for (int i = 0; i < length.length() && bytes <= SMALL; i++) {
            bytes = bytes * 10 + length.charAt(i) - '0';
        }
        return bytes >= 0 && bytes <= SMALL ? bytes : 0;
    }

    /** Writes a part of the body and takes it. */
    public void body(ByteBuf data) {
        int length = data.readableBytes();
        if (length == 0) {
            data.release();
        } else if (chunked) {
            chunk(data, length);
        } else if (open != null && open.writableBytes() >= length) {
            open.writeBytes(data);
            data.release();
        } else {
            push();
            out.write(data, out.voidPromise());
        }
    }

    // RFC 9112 7.1
    private void chunk(ByteBuf data, int length) {
        if (length <= SMALL) {
            ByteBuf to = room(length + MOST_MARKS);
            size(to, length);
            to.writeBytes(data).writeShort(LINE_END);
            data.release();
        } else {
            size(room(MOST_MARKS), length);
            push();
            out.write(data, out.voidPromise());
            room(MOST_MARKS).writeShort(LINE_END);
        }
    }

    private static void size(ByteBuf to, int length) {
        int digits = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 3) / 4;
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            to.writeByte(HEX[length >> shift & 0xf]);
        }
        to.writeShort(LINE_END);
    }

    private ByteBuf room(int bytes) {
        ByteBuf to = open;
        if (to == null || to.writableBytes() < bytes) {
            push();
            to = allocator.directBuffer(bytes);
            open = to;
        }
        return to;
    }

    /** Whether a body goes as it is, byte for byte. */
    public boolean raw() {
        return !chunked;
    }

    /** Ends the message; trailers go with a body in chunks only. */
    public void end(HttpHeaders trailers) {
        if (!chunked) {
            return;
        }
        HeadBytes last = HEADS.get().begin().put('0').line().fields(trailers);
        last.writeTo(room(last.length()));
    }

    /** Sends everything that was written. */
    public void flush() {
        push();
        out.flush();
    }

    /** Drops what was not sent: the connection is gone. */
    public void discard() {
        if (open != null) {
            open.release();
            open = null;
        }
    }

    private void push() {
        ByteBuf whole = open;
        ChannelPromise told = promise;
        if (whole != null) {
            open = null;
            promise = null;
            out.write(whole, told == null ? out.voidPromise() : told);
        }
    }
}
