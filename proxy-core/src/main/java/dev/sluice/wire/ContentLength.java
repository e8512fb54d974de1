package dev.sluice.wire;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/** The length of a body as a field says it (RFC 9110 8.6): digits, and nothing else. Stateless. */
final class ContentLength {
    private ContentLength() {}

    /** Of a request, which says it once; 0 when it does not. */
    static long once(HttpHeaders fields) {
        String value = fields.get(HttpHeaderNames.CONTENT_LENGTH);
        if (value == null) {
            return 0;
        }
        if (fields.getAll(HttpHeaderNames.CONTENT_LENGTH).size() > 1) {
            throw MalformedMessage.syntax("more than one Content-Length");
        }
        return number(value);
    }

    /** Of a response, which may repeat itself, and says it once afterwards; it has one. */
    static long repeated(HttpHeaders fields) {
        List<String> lines = fields.getAll(HttpHeaderNames.CONTENT_LENGTH);
        String first = lines.getFirst();
        int comma = first.indexOf(',');
        long length = number(comma < 0 ? first : first.substring(0, comma).strip());
        if (lines.size() > 1 || comma >= 0) {
            for (String line : lines) {
                for (String value : line.split(",", -1)) {
                    if (number(value.strip()) != length) {
                        throw MalformedMessage.syntax("Content-Length of different values");
                    }
                }
            }
            fields.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(length));
        }
        return length;
    }

    private static long number(String digits) {
        long number = 0;
        if (digits.isEmpty()) {
            throw MalformedMessage.syntax("empty Content-Length");
        }
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                throw MalformedMessage.syntax("Content-Length is no number");
            }
            if (number > (Long.MAX_VALUE - 9) / 10) {
                throw MalformedMessage.syntax("Content-Length too large");
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }
}
