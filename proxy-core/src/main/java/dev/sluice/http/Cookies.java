package dev.sluice.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** Cookies of a request (RFC 6265 4.2), for the few that the proxy itself reads. */
public final class Cookies {

    private Cookies() {}

    /**
     * The value of the first cookie of this name over all Cookie lines, without the quotes around it. One whose value
     * has characters that no cookie may have is passed over.
     */
    public static @Nullable String value(HttpHeaders request, String name) {
        if (!request.contains(HttpHeaderNames.COOKIE)) {
            return null;
        }
        for (String line : request.getAll(HttpHeaderNames.COOKIE)) {
            String value = find(line, name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static @Nullable String find(String line, String name) {
        int at = 0;
        while (at < line.length()) {
            int semicolon = line.indexOf(';', at);
            int end = semicolon < 0 ? line.length() : semicolon;
            int start = skipBlanks(line, at, end);
            if (line.startsWith(name, start)) {
                String value = valueBehind(line, start + name.length(), end);
                if (value != null) {
                    return value;
                }
            }
            at = end + 1;
        }
        return null;
    }

    // Null when another name goes on here, or the value is none. A name without '=' has an empty value.
    private static @Nullable String valueBehind(String line, int from, int end) {
        int at = skipBlanks(line, from, end);
        if (at >= end) {
            return from <= end ? "" : null;
        }
        if (line.charAt(at) != '=') {
            return null;
        }
        int start = at + 1;
        int stop = end;
        while (stop > start && blank(line.charAt(stop - 1))) {
            stop--;
        }
        if (stop - start > 1 && line.charAt(start) == '"' && line.charAt(stop - 1) == '"') {
            start++;
            stop--;
        }
        for (int i = start; i < stop; i++) {
            char c = line.charAt(i);
            if (c < ' ' || c >= 0x7f || c == '"' || c == '\\') {
                return null;
            }
        }
        return line.substring(start, stop);
    }

    private static int skipBlanks(String line, int from, int end) {
        int at = from;
        while (at < end && blank(line.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }
}
