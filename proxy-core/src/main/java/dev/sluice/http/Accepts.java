package dev.sluice.http;

import org.jspecify.annotations.Nullable;

/** What form an error's body takes, by the client's Accept header (RFC 9110 12.5.1). */
public final class Accepts {

    /** The forms there are. */
    public enum Body {
        HTML,
        JSON,
        TEXT
    }

    private Accepts() {}

    /** HTML, unless the client accepts JSON or plain text and neither HTML nor just anything. */
    public static Body choose(@Nullable String accept) {
        if (accept == null || accept.isEmpty()) {
            return Body.HTML;
        }
        int json = 0;
        int text = 0;
        int at = 0;
        while (at < accept.length()) {
            int end = HeaderTokens.end(accept, at);
            int start = HeaderTokens.start(accept, at, end);
            int stop = HeaderTokens.stop(accept, start, end);
            int quality = quality(accept, stop, end);
            if (quality > 0) {
                if (html(accept, start, stop)) {
                    return Body.HTML;
                }
                if (json(accept, start, stop)) {
                    json = Math.max(json, quality);
                } else if (is(accept, start, stop, "text/plain")) {
                    text = Math.max(text, quality);
                }
            }
            at = end + 1;
        }
        return json == 0 && text == 0 ? Body.HTML : json >= text ? Body.JSON : Body.TEXT;
    }

    private static boolean html(String accept, int start, int stop) {
        return is(accept, start, stop, "text/html")
                || is(accept, start, stop, "*/*")
                || is(accept, start, stop, "text/*")
                || is(accept, start, stop, "application/xhtml+xml");
    }

    private static boolean json(String accept, int start, int stop) {
        return is(accept, start, stop, "application/json")
                || is(accept, start, stop, "application/*")
                || (stop - start > 5 && accept.regionMatches(true, stop - 5, "+json", 0, 5));
    }

    private static boolean is(String accept, int start, int stop, String type) {
        return stop - start == type.length() && accept.regionMatches(true, start, type, 0, type.length());
    }

    // In thousandths; 1000 when there is no q parameter or none that can be read.
    private static int quality(String accept, int from, int end) {
        int at = from;
        while (at < end) {
            at++;
            int start = HeaderTokens.start(accept, at, end);
            if (start + 1 < end && (accept.charAt(start) | 0x20) == 'q' && accept.charAt(start + 1) == '=') {
                return thousandths(accept, start + 2, end);
            }
            while (at < end && accept.charAt(at) != ';') {
                at++;
            }
        }
        return 1000;
    }

    private static int thousandths(String accept, int from, int end) {
        if (from >= end || accept.charAt(from) != '0') {
            return 1000;
        }
        int value = 0;
        int unit = 100;
        for (int at = from + 2; at < end && unit > 0; at++) {
            int digit = accept.charAt(at) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            value += digit * unit;
            unit /= 10;
        }
        return value;
    }
}
