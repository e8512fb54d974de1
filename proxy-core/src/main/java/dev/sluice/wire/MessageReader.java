package dev.sluice.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of one HTTP/1 connection from its bytes, in whatever pieces they come, strictly (RFC 9112): lines end
 * with CRLF, fields are one line each, lengths and sizes are digits and nothing else. What differs between requests and
 * responses is for the subclasses. Lines are taken over into an array, since bytes are looked at faster there; bodies are
 * not copied. On the connection's event loop only.
 *
 * @param <H> the heads
 */
public abstract sealed class MessageReader<H extends HttpMessage> permits RequestReader, ResponseReader {
    // RFC 9112 7.1.1 lets a recipient limit what stands behind a chunk's size, which nobody needs.
    private static final int MAX_CHUNK_LINE = 4 * 1024;
    private static final int USUAL_LINES = 8 * 1024;
    private static final byte LF = '\n';
    private static final byte CR = '\r';

    private static final FastThreadLocal<byte[]> LINES = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[USUAL_LINES];
        }
    };

    /** What the next byte is. */
    private enum Place {
        FIRST_LINE,
        FIELDS,
        BODY_OF_LENGTH,
        BODY_TO_THE_END,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        /** Of another protocol; kept for whoever speaks it. */
        SWITCHED,
        /** Not wanted, or not to be trusted. */
        CLOSED
    }

    /** How a message's body ends (RFC 9112 6.3). */
    enum Framing {
        NONE,
        LENGTH,
        CHUNKS,
        /** With the connection. */
        CLOSE,
        /** There is none: the connection speaks another protocol from here on. */
        SWITCH
    }

    private final MessageListener<H> listener;
    private final ByteBufAllocator allocator;
    private final ReadLimits limits;
    private final FieldSection fields;
    private @Nullable ByteBuf held;
    private Place place = Place.FIRST_LINE;
    // Bytes of what is held that are known to have no line's end.
    private int scanned;
    // Of a body, or of a chunk.
    private long left;
    // The empty line behind the fields was taken.
    private boolean whole;
    private boolean waits;
    private boolean running;

    /**
     * @param lenient whether fields may stand on several lines, and blanks before their colon
     */
    MessageReader(MessageListener<H> listener, ByteBufAllocator allocator, ReadLimits limits, boolean lenient) {
        this.listener = listener;
        this.allocator = allocator;
        this.limits = limits;
        this.fields = new FieldSection(limits, lenient);
    }

    /** Reads the first line of a head, without its end. */
    abstract void firstLine(byte[] line, int from, int to);

    /** Makes the head of the first line and these fields. */
    abstract H head(HttpHeaders read);

    /** How the body of this head ends; the fields say it once afterwards. */
    abstract Framing framing(H head);

    /** Bytes of the body of this head, where {@link #framing} was by length. */
    abstract long length();

    /** Takes what came, and tells the listener of it as far as it is {@link MessageListener#ready}. */
    public void read(ByteBuf data) {
        if (place == Place.CLOSED) {
            data.release();
            return;
        }
        held = held == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, held, data);
        resume();
    }

    /** Goes on with what waited for the listener. */
    public void resume() {
        if (running) {
            // The loop that called goes on by itself.
            return;
        }
        running = true;
        waits = false;
        try {
            ByteBuf data = held;
            while (data != null && data.isReadable() && step(data)) {
                data = held;
            }
        } catch (MalformedMessage e) {
            close();
            listener.malformed(e);
        } finally {
            running = false;
        }
        settle();
    }

    // A little that is left over does not hold on to a large buffer.
    private void settle() {
        ByteBuf data = held;
        if (data == null) {
            return;
        }
        int count = data.readableBytes();
        if (count == 0) {
            data.release();
            held = null;
        } else if (count < data.capacity() / 16) {
            held = allocator.directBuffer(count).writeBytes(data);
            data.release();
        }
    }

    /** Whether a message waits that the listener was not ready for. */
    public boolean waits() {
        return waits;
    }

    /** The connection has ended, which is how some bodies end. */
    public void ended() {
        if (place == Place.BODY_TO_THE_END) {
            place = Place.CLOSED;
            listener.end(EmptyHttpHeaders.INSTANCE);
        }
    }

    /** Bytes of a body framed by its length that have not come here yet; 0 for other bodies and between them. */
    public long bodyLeft() {
        return place == Place.BODY_OF_LENGTH && held == null ? left : 0;
    }

    /**
     * Some of the body went another way.
     *
     * @param bytes fewer than were {@link #bodyLeft}, so that the end still comes here
     */
    public void bodyPassed(long bytes) {
        left -= bytes;
    }

    /** Reads nothing more; what is there is dropped. */
    public void close() {
        place = Place.CLOSED;
        ByteBuf rest = takeRest();
        if (rest != null) {
            rest.release();
        }
    }

    /** What was read and belongs to no message, for the protocol that was switched to; null for nothing. Taken. */
    public @Nullable ByteBuf takeRest() {
        ByteBuf rest = held;
        held = null;
        return rest;
    }

    // False when more bytes are needed, or the listener is not ready.
    private boolean step(ByteBuf data) {
        return switch (place) {
            case FIRST_LINE -> begins(data) && lines(data);
            case FIELDS, TRAILERS, CHUNK_SIZE -> lines(data);
            case BODY_OF_LENGTH, CHUNK, BODY_TO_THE_END -> body(data);
            case CHUNK_END -> chunkEnd(data);
            case SWITCHED, CLOSED -> false;
        };
    }

    // -- lines

    private static boolean skippable(ByteBuf data) {
        byte next = data.getByte(data.readerIndex());
        return next == CR || next == LF;
    }

    private boolean begins(ByteBuf data) {
        if (!listener.ready()) {
            waits = true;
            return false;
        }
        // RFC 9112 2.2: empty lines before a message are overlooked.
        while (scanned == 0 && data.isReadable() && skippable(data)) {
            data.skipBytes(1);
        }
        return data.isReadable();
    }

    // Takes the lines that are there, as far as the place allows.
    private boolean lines(ByteBuf data) {
        int from = data.readerIndex();
        int end = data.indexOf(from + scanned, data.writerIndex(), LF);
        if (end < 0) {
            scanned = data.readableBytes();
            // Of which one may be the CR.
            checkLength(scanned - 1);
            return false;
        }
        scanned = 0;
        byte[] lines = LINES.get();
        int count = Math.min(data.readableBytes(), lines.length);
        if (end - from >= count) {
            checkLength(end - from - 1);
            count = end - from + 1;
            lines = new byte[count];
        }
        data.getBytes(from, lines, 0, count);
        data.readerIndex(from + taken(lines, end - from, count));
        if (whole) {
            whole = false;
            complete();
        }
        return true;
    }

    // How many bytes were taken: lines of a head, or of trailers, or one with a chunk's size.
    private int taken(byte[] lines, int firstEnd, int count) {
        int at = 0;
        int end = firstEnd;
        while (end < count) {
            if (end == at || lines[end - 1] != CR) {
                throw MalformedMessage.syntax("a line that does not end with CRLF");
            }
            checkLength(end - at - 1);
            boolean goesOn = line(lines, at, end - 1);
            at = end + 1;
            if (!goesOn) {
                return at;
            }
            end = at;
            while (end < count && lines[end] != LF) {
                end++;
            }
        }
        return at;
    }

    // False when what follows is not a line, or somebody has to be told first.
    private boolean line(byte[] lines, int from, int to) {
        switch (place) {
            case FIRST_LINE -> {
                firstLine(lines, from, to);
                place = Place.FIELDS;
                return true;
            }
            case CHUNK_SIZE -> {
                left = ChunkSize.read(lines, from, to);
                place = left == 0 ? Place.TRAILERS : Place.CHUNK;
                return left == 0;
            }
            default -> {
                if (from == to) {
                    whole = true;
                    return false;
                }
                fields.add(lines, from, to);
                return true;
            }
        }
    }

    // Of a line without its end, whether that has come or not.
    private void checkLength(int bytes) {
        switch (place) {
            case FIRST_LINE -> {
                if (bytes > limits.line()) {
                    throw new MalformedMessage(MalformedMessage.Kind.LINE_TOO_LONG, "first line too long");
                }
            }
            case CHUNK_SIZE -> {
                if (bytes > MAX_CHUNK_LINE) {
                    throw MalformedMessage.syntax("chunk extension too long");
                }
            }
            default -> fields.checkNext(bytes);
        }
    }

    // The empty line behind fields.
    private void complete() {
        HttpHeaders read = fields.end();
        if (place == Place.TRAILERS) {
            place = Place.FIRST_LINE;
            listener.end(read);
            return;
        }
        H head = head(read.isEmpty() ? new FieldList() : read);
        Framing framing = framing(head);
        place = switch (framing) {
            case NONE -> Place.FIRST_LINE;
            case LENGTH -> Place.BODY_OF_LENGTH;
            case CHUNKS -> Place.CHUNK_SIZE;
            case CLOSE -> Place.BODY_TO_THE_END;
            case SWITCH -> Place.SWITCHED;
        };
        left = framing == Framing.LENGTH ? length() : 0;
        listener.head(head);
        if (framing == Framing.NONE && place != Place.CLOSED) {
            listener.end(EmptyHttpHeaders.INSTANCE);
        }
    }

    // -- bodies

    private boolean body(ByteBuf data) {
        int count = data.readableBytes();
        if (place != Place.BODY_TO_THE_END) {
            count = (int) Math.min(count, left);
            left -= count;
        }
        boolean last = left == 0 && place == Place.BODY_OF_LENGTH;
        if (last) {
            place = Place.FIRST_LINE;
        } else if (left == 0 && place == Place.CHUNK) {
            place = Place.CHUNK_END;
        }
        if (count == data.readableBytes()) {
            held = null;
            listener.body(data);
        } else {
            listener.body(data.readRetainedSlice(count));
        }
        if (last && place != Place.CLOSED) {
            listener.end(EmptyHttpHeaders.INSTANCE);
        }
        return true;
    }

    private boolean chunkEnd(ByteBuf data) {
        int at = data.readerIndex();
        int count = data.readableBytes();
        if (data.getByte(at) != CR || (count > 1 && data.getByte(at + 1) != LF)) {
            throw MalformedMessage.syntax("a chunk that does not end with CRLF");
        }
        if (count == 1) {
            return false;
        }
        data.skipBytes(2);
        place = Place.CHUNK_SIZE;
        return true;
    }
}
