package dev.sluice.observe;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes log lines as JSON into a byte array that is used again and again, without strings in between. Escapes what
 * would break a line or a terminal, and repairs lone surrogates, so that every line is valid JSON in UTF-8. Strings may
 * be text as it came over the wire; see {@link WireText}. For one thread.
 */
public final class JsonLine {
    private static final int USUAL_SIZE = 16 * 1024;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final FieldName TIME = new FieldName("time");
    private static final FieldName LEVEL = new FieldName("level");
    private static final FieldName MESSAGE = new FieldName("msg");

    /** A field's name, encoded once. */
    public static final class FieldName {
        private final byte[] encoded;

        public FieldName(String name) {
            JsonLine line = new JsonLine(name.length() + 8);
            line.string(name);
            line.put(':');
            encoded = Arrays.copyOf(line.buffer, line.length);
        }
    }

    // Of the largest long.
    private static final int DIGITS = 19;

    private final byte[] digits = new byte[DIGITS];
    private final LogTime logTime = new LogTime();
    private byte[] buffer;
    private int length;
    private int lineStart;

    JsonLine() {
        this(USUAL_SIZE);
    }

    private JsonLine(int size) {
        buffer = new byte[size];
    }

    /**
     * The fields that come first in every line.
     *
     * @param epochSecond and nanos: when it happened
     * @param level {@code DEBUG}, {@code INFO}, {@code WARN} or {@code ERROR}
     */
    public void head(long epochSecond, int nanos, String level, String message) {
        name(TIME);
        put('"');
        ensure(LogTime.MAX_LENGTH);
        length = logTime.write(epochSecond, nanos, buffer, length);
        put('"');
        field(LEVEL, level);
        field(MESSAGE, message);
    }

    public void field(FieldName name, String value) {
        name(name);
        string(value);
    }

    public void field(FieldName name, long value) {
        name(name);
        number(value);
    }

    /** A number in quotes, which takes no string to be made. */
    public void quoted(FieldName name, long value) {
        name(name);
        put('"');
        number(value);
        put('"');
    }

    /** A field that has a name of its own in this line; the value is a string, number, boolean, null or list. */
    public void field(String name, @Nullable Object value) {
        separate();
        string(name);
        put(':');
        value(value);
    }

    void begin() {
        lineStart = length;
        put('{');
    }

    void end() {
        put('}');
        put('\n');
    }

    /** Takes back the line that was begun. */
    void undo() {
        length = lineStart;
    }

    int length() {
        return length;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(buffer, 0, length);
    }

    /** Forgets what was written; a buffer that one long line made big is not kept. */
    void clear() {
        length = 0;
        if (buffer.length > 4 * USUAL_SIZE) {
            buffer = new byte[USUAL_SIZE];
        }
    }

    private void name(FieldName name) {
        separate();
        byte[] encoded = name.encoded;
        ensure(encoded.length);
        System.arraycopy(encoded, 0, buffer, length, encoded.length);
        length += encoded.length;
    }

    private void separate() {
        if (length > lineStart + 1) {
            put(',');
        }
    }

    private void value(@Nullable Object value) {
        // By instanceof: the first switch over types costs each start 10 ms of bootstrap.
        if (value == null || value instanceof Boolean) {
            ascii(String.valueOf(value));
        } else if (value instanceof Number number) {
            number(number);
        } else if (value instanceof Iterable<?> list) {
            list(list);
        } else {
            string(value.toString());
        }
    }

    private void list(Iterable<?> values) {
        put('[');
        boolean first = true;
        for (Object value : values) {
            if (!first) {
                put(',');
            }
            first = false;
            value(value);
        }
        put(']');
    }

    private void number(Number number) {
        if (number instanceof Double || number instanceof Float) {
            String text = number.toString();
            if (Double.isFinite(number.doubleValue())) {
                ascii(text);
            } else {
                string(text);
            }
        } else if (number instanceof BigDecimal || number instanceof BigInteger) {
            ascii(number.toString());
        } else {
            number(number.longValue());
        }
    }

    private void number(long value) {
        if (value < 0) {
            ascii(Long.toString(value));
            return;
        }
        // Two digits at a time: numbers are a third of what a line takes.
        int at = DIGITS;
        long rest = value;
        while (rest >= 100) {
            int pair = (int) (rest % 100);
            rest /= 100;
            digits[--at] = (byte) ('0' + pair % 10);
            digits[--at] = (byte) ('0' + pair / 10);
        }
        digits[--at] = (byte) ('0' + rest % 10);
        if (rest >= 10) {
            digits[--at] = (byte) ('0' + rest / 10);
        }
        ensure(DIGITS - at);
        System.arraycopy(digits, at, buffer, length, DIGITS - at);
        length += DIGITS - at;
    }

    private void string(String value) {
        int count = value.length();
        ensure(count + 2);
        buffer[length++] = '"';
        for (int i = 0; i < count; i++) {
            char c = value.charAt(i);
            if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) {
                escape(c);
                ensure(count - i + 1);
            } else if (c < 0x80) {
                buffer[length++] = (byte) c;
            } else {
                beyondAscii(WireText.decode(value.substring(i)));
                break;
            }
        }
        put('"');
    }

    private void beyondAscii(String text) {
        int i = 0;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            ensure(6);
            if (c < 0x20 || c == '"' || c == '\\' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029) {
                escape((char) c);
            } else if (c < 0x80) {
                buffer[length++] = (byte) c;
            } else {
                encode(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xfffd : c);
            }
        }
    }

    // RFC 3629, section 3.
    private void encode(int c) {
        if (c < 0x800) {
            buffer[length++] = (byte) (0xc0 | c >> 6);
        } else {
            if (c < 0x10000) {
                buffer[length++] = (byte) (0xe0 | c >> 12);
            } else {
                buffer[length++] = (byte) (0xf0 | c >> 18);
                buffer[length++] = (byte) (0x80 | (c >> 12 & 0x3f));
            }
            buffer[length++] = (byte) (0x80 | (c >> 6 & 0x3f));
        }
        buffer[length++] = (byte) (0x80 | (c & 0x3f));
    }

    private void escape(char c) {
        ensure(6);
        buffer[length++] = '\\';
        switch (c) {
            case '"', '\\' -> buffer[length++] = (byte) c;
            case '\n' -> buffer[length++] = 'n';
            case '\r' -> buffer[length++] = 'r';
            case '\t' -> buffer[length++] = 't';
            default -> {
                buffer[length++] = 'u';
                for (int shift = 12; shift >= 0; shift -= 4) {
                    buffer[length++] = HEX[c >> shift & 0xf];
                }
            }
        }
    }

    private void ascii(String text) {
        ensure(text.length());
        for (int i = 0; i < text.length(); i++) {
            buffer[length++] = (byte) text.charAt(i);
        }
    }

    private void put(char c) {
        ensure(1);
        buffer[length++] = (byte) c;
    }

    private void ensure(int more) {
        if (buffer.length - length < more) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
        }
    }
}
