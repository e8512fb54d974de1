package dev.sluice.http;

/**
 * Percent escapes and raw bytes of a path read as UTF-8 (RFC 3986 2.1, RFC 3629). A byte that is part of no well-formed
 * sequence, and an escape that is none, stay as they were written, so that two paths which differ still do.
 */
final class PercentDecoding {
    // One decoded character and where the next one starts, packed: position in the upper half.
    private static final int POSITION = 32;

    private PercentDecoding() {}

    /** The decoded path; the same string when there is nothing to decode. */
    static String decode(String raw) {
        int first = firstEncoded(raw);
        return first < 0 ? raw : decodeFrom(raw, first);
    }

    private static String decodeFrom(String raw, int first) {
        StringBuilder decoded = new StringBuilder(raw.length()).append(raw, 0, first);
        int at = first;
        while (at < raw.length()) {
            long next = next(raw, at);
            decoded.appendCodePoint((int) next);
            at = (int) (next >>> POSITION);
        }
        return decoded.toString();
    }

    /** How many characters of the raw path decode to this prefix, or -1 when it does not begin with it. */
    static int rawLength(String raw, String prefix) {
        if (prefix.length() <= 1) {
            return 0;
        }
        int at = 0;
        int matched = 0;
        while (matched < prefix.length()) {
            if (at >= raw.length()) {
                return -1;
            }
            long next = next(raw, at);
            if ((int) next != prefix.codePointAt(matched)) {
                return -1;
            }
            matched += Character.charCount((int) next);
            at = (int) (next >>> POSITION);
        }
        return at;
    }

    private static int firstEncoded(String raw) {
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%' || c >= 0x80) {
                return i;
            }
        }
        return -1;
    }

    private static long next(String raw, int at) {
        int lead = byteAt(raw, at);
        int after = at + width(raw, at);
        if (lead < 0x80) {
            return packed(lead, after);
        }
        int more = continuations(lead);
        int point = more == 0 ? -1 : lead & (0x3f >> more);
        for (int i = 0; i < more; i++) {
            int continued = after < raw.length() ? byteAt(raw, after) : 0;
            if ((continued & 0xc0) != 0x80) {
                return packed(raw.charAt(at), at + 1);
            }
            point = (point << 6) | (continued & 0x3f);
            after += width(raw, after);
        }
        return wellFormed(point, more) ? packed(point, after) : packed(raw.charAt(at), at + 1);
    }

    // How many bytes follow this one; 0 for one that begins no sequence.
    private static int continuations(int lead) {
        if (lead >= 0xf0) {
            return lead <= 0xf4 ? 3 : 0;
        }
        if (lead >= 0xe0) {
            return 2;
        }
        return lead >= 0xc2 ? 1 : 0;
    }

    // Neither longer than needed, nor a surrogate, nor beyond Unicode.
    private static boolean wellFormed(int point, int more) {
        return switch (more) {
            case 1 -> true;
            case 2 -> point >= 0x800 && (point < 0xd800 || point > 0xdfff);
            case 3 -> point >= 0x10000 && point <= 0x10ffff;
            default -> false;
        };
    }

    private static int byteAt(String raw, int at) {
        return escaped(raw, at)
                ? (Character.digit(raw.charAt(at + 1), 16) << 4) | Character.digit(raw.charAt(at + 2), 16)
                : raw.charAt(at);
    }

    private static int width(String raw, int at) {
        return escaped(raw, at) ? 3 : 1;
    }

    private static boolean escaped(String raw, int at) {
        return raw.charAt(at) == '%' && at + 2 < raw.length() && hex(raw.charAt(at + 1)) && hex(raw.charAt(at + 2));
    }

    private static boolean hex(char c) {
        return c < 0x80 && Character.digit(c, 16) >= 0;
    }

    private static long packed(int point, int position) {
        return ((long) position << POSITION) | point;
    }
}
