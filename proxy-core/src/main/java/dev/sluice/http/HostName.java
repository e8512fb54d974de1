package dev.sluice.http;

/** The host of a request as routing compares it. */
public final class HostName {

    private HostName() {}

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
                chars[i] += 'a' - 'A';
            }
        }
        return new String(chars);
    }
}
