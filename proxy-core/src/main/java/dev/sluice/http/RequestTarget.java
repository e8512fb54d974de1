package dev.sluice.http;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A request target (RFC 9112 3.2) taken apart, byte for byte: nothing is cleaned up or encoded anew. One character is
 * one byte (Latin-1), as Netty reads request lines. Immutable.
 */
public final class RequestTarget {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final String origin;
    private final String path;
    private final String decodedPath;
    private final @Nullable String authority;

    private RequestTarget(String origin, String path, @Nullable String authority) {
        this.origin = origin;
        this.path = path;
        // By way of the escapes that the target gets, so that both read the same.
        this.decodedPath = PercentDecoding.decode(escaped(path));
        this.authority = authority;
    }

    /**
     * Reads the origin form ({@code /path?query}) or the absolute form with http or https.
     *
     * @return null for every other form, for an absolute form without a valid host, for spaces, controls and a fragment
     */
    public static @Nullable RequestTarget parse(String uri) {
        if (uri.isEmpty() || !printable(uri)) {
            return null;
        }
        return uri.charAt(0) == '/' ? of(uri, null) : parseAbsolute(uri);
    }

    private static @Nullable RequestTarget parseAbsolute(String uri) {
        int start;
        if (uri.regionMatches(true, 0, "http://", 0, 7)) {
            start = 7;
        } else if (uri.regionMatches(true, 0, "https://", 0, 8)) {
            start = 8;
        } else {
            return null;
        }
        int end = start;
        while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
            end++;
        }
        String authority = uri.substring(start, end);
        if (!HostName.valid(authority)) {
            return null;
        }
        String origin = uri.startsWith("/", end) ? uri.substring(end) : "/" + uri.substring(end);
        return of(origin, authority);
    }

    /** Whether this is a path that stands in a request just as it is: plain ASCII, no escapes, no query. */
    public static boolean plainPath(String path) {
        return path.startsWith("/") && path.chars().allMatch(c -> c > ' ' && c < 0x7f && "?#%\"\\<>".indexOf(c) < 0);
    }

    private static RequestTarget of(String origin, @Nullable String authority) {
        int question = origin.indexOf('?');
        return new RequestTarget(origin, question < 0 ? origin : origin.substring(0, question), authority);
    }

    private static boolean printable(String uri) {
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c <= ' ' || c == '#' || c == 0x7f || c > 0xff) {
                return false;
            }
        }
        return true;
    }

    /**
     * The same origin form with raw bytes beyond ASCII as percent escapes, which mean the same: Netty would write them as
     * other bytes.
     */
    public static String escaped(String originForm) {
        int at = 0;
        while (at < originForm.length() && originForm.charAt(at) < 0x80) {
            at++;
        }
        if (at == originForm.length()) {
            return originForm;
        }
        StringBuilder escaped = new StringBuilder(originForm.length() + 16).append(originForm, 0, at);
        for (; at < originForm.length(); at++) {
            char c = originForm.charAt(at);
            if (c < 0x80) {
                escaped.append(c);
            } else {
                escape((byte) c, escaped);
            }
        }
        return escaped.toString();
    }

    /**
     * Text as a part of a path, in UTF-8: blanks, controls and what is beyond ASCII become percent escapes.
     *
     * @param reserved characters that become percent escapes too
     */
    public static String encoded(String text, String reserved) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7f && reserved.indexOf(b) < 0) {
                encoded.append((char) b);
            } else {
                escape(b, encoded);
            }
        }
        return encoded.toString();
    }

    private static void escape(byte b, StringBuilder to) {
        to.append('%').append(HEX.toHexDigits(b));
    }

    /** The path as sent, at least {@code /}. */
    public String path() {
        return path;
    }

    /** The query as sent, without the question mark; empty for none. */
    public String query() {
        return hasQuery() ? origin.substring(path.length() + 1) : "";
    }

    /** Whether there is a question mark; the query behind it may be empty. */
    public boolean hasQuery() {
        return origin.length() > path.length();
    }

    /** The path with its percent escapes and raw bytes read as UTF-8; what is malformed stays as it is. */
    public String decodedPath() {
        return decodedPath;
    }

    /** Host and port of the absolute form, which then go before the Host header; else null. */
    public @Nullable String authority() {
        return authority;
    }

    /** Path and query as sent. */
    public String originForm() {
        return origin;
    }

    /**
     * Path and query without a prefix that the decoded path begins with, {@link #escaped}, else byte for byte. Empty becomes
     * {@code /}; so does an encoded slash that the rest begins with, for a path has to begin with one.
     */
    public String without(String prefix) {
        String sent = escaped(origin);
        String sentPath = escaped(path);
        int cut = PercentDecoding.rawLength(sentPath, prefix);
        if (cut <= 0) {
            return sent;
        }
        if (cut < sentPath.length() && sentPath.charAt(cut) == '/') {
            return sent.substring(cut);
        }
        return "/" + sent.substring(sentPath.regionMatches(true, cut, "%2F", 0, 3) ? cut + 3 : cut);
    }

    /** The decoded path without a prefix that it begins with; empty becomes {@code /}. */
    public String decodedPathWithout(String prefix) {
        if (prefix.length() <= 1 || !decodedPath.startsWith(prefix)) {
            return decodedPath;
        }
        return decodedPath.length() == prefix.length() ? "/" : decodedPath.substring(prefix.length());
    }
}
