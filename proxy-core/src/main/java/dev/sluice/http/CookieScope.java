package dev.sluice.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts a stripped path prefix in front of the Path of an application's cookies, which does not know of the prefix. Only
 * the Path changes; the rest of each line stays byte for byte.
 */
public final class CookieScope {
    private static final String PATH = "path";
    private static final String DOMAIN = "domain";

    private CookieScope() {}

    /**
     * Rewrites the Set-Cookie lines of a response. Cookies for another Domain than the request's host, and lines that
     * are no cookies, are left alone.
     *
     * @param prefix as {@code /x}, decoded; the root changes nothing
     * @param requestHost with or without a port
     */
    public static void apply(HttpHeaders response, String prefix, String requestHost) {
        if (prefix.length() <= 1 || !response.contains(HttpHeaderNames.SET_COOKIE)) {
            return;
        }
        List<String> lines = response.getAll(HttpHeaderNames.SET_COOKIE);
        List<String> scoped = new ArrayList<>(lines.size());
        String path = encoded(prefix);
        for (String line : lines) {
            scoped.add(scoped(line, path, requestHost));
        }
        response.set(HttpHeaderNames.SET_COOKIE, scoped);
    }

    private static String scoped(String line, String prefix, String requestHost) {
        int pair = end(line, 0);
        int equals = line.indexOf('=');
        if (equals < 0 || equals >= pair || line.substring(0, equals).isBlank()) {
            return line;
        }
        int pathStart = -1;
        int pathEnd = -1;
        String domain = "";
        int at = pair + 1;
        while (at < line.length()) {
            int end = end(line, at);
            int value = valueStart(line, at, end);
            // The last of several counts, as in browsers (RFC 6265 5.3).
            if (named(line, at, value, PATH)) {
                pathStart = value;
                pathEnd = end;
            } else if (named(line, at, value, DOMAIN)) {
                domain = line.substring(value, end).strip();
            }
            at = end + 1;
        }
        if (!domain.isEmpty() && !domain.equalsIgnoreCase(HostName.withoutPort(requestHost))) {
            return line;
        }
        if (pathStart < 0) {
            return line + "; Path=" + prefix;
        }
        String path = line.substring(pathStart, pathEnd).strip();
        return line.substring(0, pathStart) + joined(prefix, path) + line.substring(pathEnd);
    }

    // As browsers write it in requests (the URL standard's path percent-encode set), for they compare a cookie's Path
    // with what they send. The semicolon would end the attribute, a control the field.
    private static String encoded(String prefix) {
        return RequestTarget.encoded(prefix, "\"#%;<>?^`{}");
    }

    private static String joined(String prefix, String path) {
        if (path.isEmpty() || path.equals("/")) {
            return prefix;
        }
        return path.charAt(0) == '/' ? prefix + path : prefix + "/" + path;
    }

    private static int end(String line, int from) {
        int semicolon = line.indexOf(';', from);
        return semicolon < 0 ? line.length() : semicolon;
    }

    // Behind the attribute's '=', or its end when it has none.
    private static int valueStart(String line, int from, int end) {
        int equals = line.indexOf('=', from);
        return equals < 0 || equals >= end ? end : equals + 1;
    }

    private static boolean named(String line, int from, int value, String name) {
        return value > from
                && line.charAt(value - 1) == '='
                && line.substring(from, value - 1).strip().equalsIgnoreCase(name);
    }
}
