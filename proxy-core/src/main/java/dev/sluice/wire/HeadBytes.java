package dev.sluice.wire;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;

/**
 * Puts a head together in an array that is used again and again, since bytes are written faster there than one by one
 * into a buffer. For one thread.
 */
final class HeadBytes {
    private static final int USUAL_SIZE = 4 * 1024;

    private byte[] bytes = new byte[USUAL_SIZE];
    private int length;

    /** Forgets what was put before; an array that one long head made big is not kept. */
    HeadBytes begin() {
        length = 0;
        if (bytes.length > 4 * USUAL_SIZE) {
            bytes = new byte[USUAL_SIZE];
        }
        return this;
    }

    int length() {
        return length;
    }

    void writeTo(ByteBuf buffer) {
        buffer.writeBytes(bytes, 0, length);
    }

    HeadBytes put(char c) {
        ensure(1);
        bytes[length++] = (byte) c;
        return this;
    }

    /** Text as Latin-1; what is not in it becomes a question mark, so that no character becomes a line's end. */
    HeadBytes put(CharSequence text) {
        int count = text.length();
        ensure(count);
        if (text instanceof AsciiString ascii) {
            System.arraycopy(ascii.array(), ascii.arrayOffset(), bytes, length, count);
        } else {
            byte[] to = bytes;
            int at = length;
            for (int i = 0; i < count; i++) {
                char c = text.charAt(i);
                to[at + i] = (byte) (c > 0xff ? '?' : c);
            }
        }
        length += count;
        return this;
    }

    HeadBytes line() {
        return put('\r').put('\n');
    }

    /** The fields and the empty line behind them. */
    HeadBytes fields(HttpHeaders fields) {
        Iterator<Map.Entry<CharSequence, CharSequence>> each = fields.iteratorCharSequence();
        while (each.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = each.next();
            put(field.getKey()).put(':').put(' ').put(field.getValue()).line();
        }
        return line();
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
