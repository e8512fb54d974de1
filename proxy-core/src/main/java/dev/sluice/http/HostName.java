package dev.sluice.http;

import io.netty.util.NetUtil;

/** The host of a request: whether it is one, and its one spelling that routing compares. */
public final class HostName {
    // RFC 3986 3.2.2: unreserved and sub-delims, what a reg-name or an IPv4 address is made of besides pct-encoded.
    private static final boolean[] NAME = new boolean[128];

    static {
        String marks = "-._~!$&'()*+,;=";
        for (char c = 0; c < 128; c++) {
            NAME[c] = isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || marks.indexOf(c) >= 0;
        }
    }

    private HostName() {}

    /**
     * Whether a Host header or :authority is a host with or without a port (RFC 3986 3.2, RFC 9110 7.2), and nothing
     * else: no user, no path, no space, no zone of an IPv6 address.
     */
    public static boolean valid(String authority) {
        int length = authority.length();
        if (length == 0) {
            return false;
        }
        int end = authority.charAt(0) == '[' ? endOfLiteral(authority) : endOfName(authority);
        if (end <= 0 || end == length) {
            return end > 0;
        }
        if (authority.charAt(end) != ':') {
            return false;
        }
        for (int i = end + 1; i < length; i++) {
            if (!isDigit(authority.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    // Behind the closing bracket; 0 when the brackets hold no IPv6 address.
    private static int endOfLiteral(String authority) {
        int close = authority.indexOf(']');
        if (close < 0 || authority.indexOf('%') >= 0 || !NetUtil.isValidIpV6Address(authority.substring(1, close))) {
            return 0;
        }
        return close + 1;
    }

    // At the first character that no name has; 0 for an escape that is none.
    private static int endOfName(String authority) {
        int length = authority.length();
        int i = 0;
        while (i < length) {
            char c = authority.charAt(i);
            if (c == '%') {
                if (i + 2 >= length || !isHex(authority.charAt(i + 1)) || !isHex(authority.charAt(i + 2))) {
                    return 0;
                }
                i += 2;
            } else if (c >= 128 || !NAME[c]) {
                return i;
            }
            i++;
        }
        return i;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isHex(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    /**
     * Brings a host to its one spelling: without port, brackets of an IPv6 literal and trailing dot, in lower case.
     * Returns the same string when nothing is to be changed.
     */
    public static String normalise(String authority) {
        String host = withoutPort(authority);
        int length = host.length();
        if (length > 1 && host.charAt(length - 1) == '.') {
            host = host.substring(0, length - 1);
        }
        return lowerCase(host);
    }

    /** The host without a port; brackets of an IPv6 literal with a port are taken off too, as kamal-proxy does. */
    public static String withoutPort(String authority) {
        int colon = authority.lastIndexOf(':');
        if (colon <= 0) {
            return authority;
        }
        if (authority.charAt(0) == '[') {
            int close = authority.indexOf(']');
            return close > 0 && (close + 1 == colon || close + 1 == authority.length())
                    ? authority.substring(1, close)
                    : authority;
        }
        return authority.indexOf(':') == colon ? authority.substring(0, colon) : authority;
    }

    private static String lowerCase(String host) {
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return lowered(host, i);
            }
        }
        return host;
    }

    private static String lowered(String host, int from) {
        char[] chars = host.toCharArray();
        for (int i = from; i < chars.length; i++) {
            if (chars[i] >= 'A' && chars[i] <= 'Z') {
                chars[i] = (char) (chars[i] + ('a' - 'A'));
            }
        }
        return new String(chars);
    }
}
