package dev.sluice.wire;

/** The line before a chunk (RFC 9112 7.1): a size in hexadecimal digits, and an extension that nobody reads. Stateless. */
final class ChunkSize {
    // Larger ones nobody sends, and others count in 32 bits.
    private static final long MOST = Integer.MAX_VALUE;

    private ChunkSize() {}

    /**
     * Reads the line.
     *
     * @param to where its end begins
     * @return bytes; 0 for the last chunk
     */
    static long read(byte[] line, int from, int to) {
        long size = 0;
        int at = from;
        for (int digit; at < to && (digit = Character.digit(line[at], 16)) >= 0; at++) {
            size = size << 4 | digit;
            if (size > MOST) {
                throw MalformedMessage.syntax("chunk size too large");
            }
        }
        if (at == from) {
            throw MalformedMessage.syntax("malformed chunk size");
        }
        while (at < to) {
            at = extension(line, at, to);
        }
        return size;
    }

    // ";" name [ "=" ( token / quoted-string ) ], or ";" alone at the end; where it ends.
    private static int extension(byte[] line, int from, int to) {
        int at = from + 1;
        int name = token(line, at, to);
        if (line[from] != ';' || (name == at && name < to)) {
            throw MalformedMessage.syntax("malformed chunk extension");
        }
        if (name == to || line[name] != '=') {
            return name;
        }
        at = name + 1;
        int end = at < to && line[at] == '"' ? quoted(line, at, to) : token(line, at, to);
        if (end == at) {
            throw MalformedMessage.syntax("malformed chunk extension");
        }
        return end;
    }

    private static int token(byte[] line, int from, int to) {
        int at = from;
        while (at < to && FieldLine.token(line[at])) {
            at++;
        }
        return at;
    }

    // RFC 9110 5.6.4; behind the closing quote, or from where there is none.
    private static int quoted(byte[] line, int from, int to) {
        for (int at = from + 1; at < to; at++) {
            byte b = line[at];
            if (b == '"') {
                return at + 1;
            }
            if (b == '\\') {
                at++;
            } else if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f) {
                return from;
            }
        }
        return from;
    }
}
