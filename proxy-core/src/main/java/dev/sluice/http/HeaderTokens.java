package dev.sluice.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Iterator;

/** Comma-separated lists of tokens in header values (RFC 9110 5.6.1). */
final class HeaderTokens {

    private HeaderTokens() {}

    /** Whether any line of a header names a token, in any case; parameters behind a semicolon do not count. */
    static boolean contain(HttpHeaders headers, CharSequence name, String token) {
        Iterator<? extends CharSequence> lines = headers.valueCharSequenceIterator(name);
        while (lines.hasNext()) {
            if (contain(lines.next(), token)) {
                return true;
            }
        }
        return false;
    }

    private static boolean contain(CharSequence line, String token) {
        int at = 0;
        while (at < line.length()) {
            int end = end(line, at);
            int start = start(line, at, end);
            int stop = stop(line, start, end);
            if (stop - start == token.length()
                    && AsciiString.regionMatches(line, true, start, token, 0, token.length())) {
                return true;
            }
            at = end + 1;
        }
        return false;
    }

    /** Where the element that begins at a position ends: at the next comma or the end. */
    static int end(CharSequence line, int from) {
        int at = from;
        while (at < line.length() && line.charAt(at) != ',') {
            at++;
        }
        return at;
    }

    /** The element's first character that is not white space. */
    static int start(CharSequence line, int from, int end) {
        int at = from;
        while (at < end && blank(line.charAt(at))) {
            at++;
        }
        return at;
    }

    /** Behind the last character of the element's token, before any parameter. */
    static int stop(CharSequence line, int from, int end) {
        int at = from;
        while (at < end && line.charAt(at) != ';') {
            at++;
        }
        while (at > from && blank(line.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }
}
