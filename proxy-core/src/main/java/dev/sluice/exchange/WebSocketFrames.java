package dev.sluice.exchange;

import io.netty.buffer.ByteBuf;

/**
 * Follows the frames (RFC 6455 5.2) in one direction of a WebSocket, byte by byte as they pass, to know where one ends:
 * only there may the proxy put in a frame of its own. Knows nothing of what is in them.
 */
final class WebSocketFrames {
    private static final int CLOSE = 8;

    private final byte[] header = new byte[14];
    private int headerHave;
    private long payloadLeft;
    private boolean closing;

    /** Whether what has passed so far ends with a whole frame. */
    boolean atBoundary() {
        return headerHave == 0 && payloadLeft == 0;
    }

    /** Whether a whole Close frame has passed, after which none may follow (RFC 6455 5.5.1). */
    boolean closed() {
        return closing && atBoundary();
    }

    /** Takes note of all the readable bytes, which stay readable. */
    void pass(ByteBuf data) {
        int at = data.readerIndex();
        int end = data.writerIndex();
        while (at < end) {
            at += step(data, at, end);
        }
    }

    /** Takes note of bytes up to the next end of a frame, or all; returns how many that were. */
    int passToBoundary(ByteBuf data) {
        int at = data.readerIndex();
        int end = data.writerIndex();
        while (at < end && !atBoundary()) {
            at += step(data, at, end);
        }
        return at - data.readerIndex();
    }

    private int step(ByteBuf data, int at, int end) {
        if (payloadLeft > 0) {
            int skipped = (int) Math.min(payloadLeft, end - at);
            payloadLeft -= skipped;
            return skipped;
        }
        header[headerHave++] = data.getByte(at);
        if (headerHave >= 2 && headerHave == headerLength()) {
            payloadLeft = payloadLength();
            closing |= (header[0] & 0x0f) == CLOSE;
            headerHave = 0;
        }
        return 1;
    }

    private int headerLength() {
        int mask = (header[1] & 0x80) != 0 ? 4 : 0;
        return switch (header[1] & 0x7f) {
            case 126 -> 4 + mask;
            case 127 -> 10 + mask;
            default -> 2 + mask;
        };
    }

    private long payloadLength() {
        int small = header[1] & 0x7f;
        int bytes = small == 126 ? 2 : small == 127 ? 8 : 0;
        if (bytes == 0) {
            return small;
        }
        long length = 0;
        for (int i = 0; i < bytes; i++) {
            length = length << 8 | (header[2 + i] & 0xff);
        }
        return length & Long.MAX_VALUE;
    }
}
