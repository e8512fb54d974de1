package dev.sluice.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who a request comes from when a trusted proxy passed it on: X-Forwarded-For read from its end, where the nearest proxy
 * has written, over proxies that are trusted, to the first address that is not. What stands before that may have been
 * made up by anyone. Pure.
 */
public final class ForwardedChain {
    // Nobody has so many proxies in a row; whoever sends more wants to keep the proxy busy.
    private static final int MOST_HOPS = 32;

    private ForwardedChain() {}

    /**
     * Finds the client and cuts X-Forwarded-For down to it and the proxies behind it, each without a port; removes the
     * header when it names nobody.
     *
     * @param peer the trusted proxy that the request came from; not in the header itself
     * @return the client's address; the last proxy that is known where the header does not lead to a client
     */
    public static String settle(HttpHeaders request, TrustedPeers trusted, String peer) {
        List<String> lines = request.getAll(ForwardedHeaders.FORWARDED_FOR);
        if (lines.isEmpty()) {
            return peer;
        }
        Deque<String> chain = new ArrayDeque<>(2);
        for (int i = lines.size() - 1; i >= 0 && read(lines.get(i), trusted, chain); i--) {
            // Several lines are one list (RFC 9110 5.3).
        }
        if (chain.isEmpty()) {
            request.remove(ForwardedHeaders.FORWARDED_FOR);
            return peer;
        }
        request.set(ForwardedHeaders.FORWARDED_FOR, String.join(", ", chain));
        return chain.getFirst();
    }

    /** Reads one line from its end; whether to go on with the line before. */
    private static boolean read(String line, TrustedPeers trusted, Deque<String> chain) {
        int end = line.length();
        while (end >= 0) {
            int comma = line.lastIndexOf(',', end - 1);
            String item = line.substring(comma + 1, end).strip();
            end = comma;
            if (!item.isEmpty()) {
                String address = address(item);
                if (address == null) {
                    // Garbage, "unknown", an obfuscated name: nothing before it can be believed either.
                    return false;
                }
                chain.addFirst(address);
                if (!trusted.contains(address) || chain.size() == MOST_HOPS) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The address of an item, which may have a port, and brackets when it is IPv6; null when it is none. */
    static @Nullable String address(String item) {
        String host = item;
        if (item.charAt(0) == '[') {
            int close = item.indexOf(']');
            if (close < 0 || !port(item, close + 1) || item.indexOf(':') > close) {
                return null;
            }
            host = item.substring(1, close);
        } else {
            int colon = item.indexOf(':');
            if (colon >= 0 && colon == item.lastIndexOf(':')) {
                if (!port(item, colon)) {
                    return null;
                }
                host = item.substring(0, colon);
            }
        }
        return TrustedPeers.bytes(host) == null ? null : host;
    }

    // Nothing, or a colon and up to five digits.
    private static boolean port(String item, int from) {
        if (from == item.length()) {
            return true;
        }
        int digits = item.length() - from - 1;
        if (item.charAt(from) != ':' || digits < 1 || digits > 5) {
            return false;
        }
        for (int i = from + 1; i < item.length(); i++) {
            if (item.charAt(i) < '0' || item.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
