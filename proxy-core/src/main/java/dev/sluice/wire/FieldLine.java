package dev.sluice.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** One line of a head or of trailers, {@code name: value} (RFC 9112 5), read to the letter. Stateless, but for names. */
final class FieldLine {
    // RFC 9110 5.6.2
    private static final boolean[] TOKEN = new boolean[256];

    static {
        String marks = "!#$%&'*+-.^_`|~";
        for (char c = 0; c < 128; c++) {
            TOKEN[c] =
                    (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || marks.indexOf(c) >= 0;
        }
    }

    // Names are few, and come again with every message. Threads may overwrite one another's: each finds a right one or
    // none, since what is in here never changes.
    private static final int NAMES = 256;
    private static final int LONGEST_NAME = 40;
    private static final @Nullable AsciiString[] KNOWN = new AsciiString[NAMES];

    private FieldLine() {}

    static boolean token(byte b) {
        return TOKEN[b & 0xff];
    }

    static boolean token(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= TOKEN.length || !TOKEN[c]) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /**
     * Adds a line to the fields.
     *
     * @param to where the line's end begins, which is not part of it
     * @param lenient drop blanks before the colon, instead of refusing the line
     */
    static void read(byte[] line, int from, int to, boolean lenient, FieldList fields) {
        int colon = from;
        int hash = 0;
        while (colon < to && TOKEN[line[colon] & 0xff]) {
            hash = 31 * hash + line[colon++];
        }
        int nameEnd = colon;
        while (lenient && colon < to && blank(line[colon])) {
            colon++;
        }
        if (nameEnd == from || colon == to || line[colon] != ':') {
            throw malformedName(line, from, nameEnd, to);
        }
        fields.append(name(line, from, nameEnd - from, hash), value(line, colon + 1, to));
    }

    private static MalformedMessage malformedName(byte[] line, int from, int at, int to) {
        if (at < to && line[at] == ':') {
            return MalformedMessage.syntax("a field without a name");
        }
        return MalformedMessage.syntax(
                at == to ? "a field without a colon" : "malformed field name, byte 0x%02x".formatted(line[at] & 0xff));
    }

    /** Adds a line that begins with a blank to the value before it, with one blank between (RFC 9112 5.2). */
    static void fold(byte[] line, int from, int to, StringBuilder value) {
        String more = value(line, from, to);
        if (!more.isEmpty()) {
            value.append(value.isEmpty() ? "" : " ").append(more);
        }
    }

    // RFC 9110 5.5: visible characters, blanks between them, and bytes beyond ASCII.
    private static String value(byte[] line, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && blank(line[start])) {
            start++;
        }
        while (end > start && blank(line[end - 1])) {
            end--;
        }
        for (int i = start; i < end; i++) {
            byte b = line[i];
            if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f) {
                throw MalformedMessage.syntax("malformed field value, byte 0x%02x".formatted(b));
            }
        }
        return new String(line, start, end - start, ISO_8859_1);
    }

    static boolean digit(byte b) {
        return b >= '0' && b <= '9';
    }

    static boolean blank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static AsciiString name(byte[] line, int from, int length, int hash) {
        if (length > LONGEST_NAME) {
            return new AsciiString(line, from, length, true);
        }
        int slot = (hash ^ hash >>> 8 ^ hash >>> 16) & (NAMES - 1);
        AsciiString known = KNOWN[slot];
        if (known == null || !same(known, line, from, length)) {
            known = new AsciiString(line, from, length, true);
            KNOWN[slot] = known;
        }
        return known;
    }

    static boolean same(AsciiString known, byte[] line, int from, int length) {
        if (known.length() != length) {
            return false;
        }
        byte[] bytes = known.array();
        for (int i = 0; i < length; i++) {
            if (bytes[i] != line[from + i]) {
                return false;
            }
        }
        return true;
    }
}
