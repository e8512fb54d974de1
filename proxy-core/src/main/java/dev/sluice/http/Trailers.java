package dev.sluice.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Set;

/**
 * Fields behind a body. Those that say how a message is framed, routed, authenticated or to be taken must not stand
 * there (RFC 9110 6.5.1): a target that merges trailers into its headers would believe them unseen by the proxy.
 */
public final class Trailers {
    private static final Set<String> FORBIDDEN = Set.of(
            "age",
            "authorization",
            "cache-control",
            "connection",
            "cookie",
            "date",
            "expect",
            "expires",
            "forwarded",
            "host",
            "http2-settings",
            "keep-alive",
            "location",
            "max-forwards",
            "pragma",
            "range",
            "retry-after",
            "set-cookie",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "vary",
            "www-authenticate",
            "x-kamal-target",
            "x-real-ip",
            "x-request-id",
            "x-request-start");
    private static final List<String> FORBIDDEN_FAMILIES = List.of("content-", "if-", "proxy-", "x-forwarded-");

    private Trailers() {}

    /** Removes what must not be a trailer. */
    public static void removeForbidden(HttpHeaders trailers) {
        if (trailers.isEmpty()) {
            return;
        }
        for (String name : trailers.names()) {
            String lower = Lookalikes.plain(name);
            if (FORBIDDEN.contains(lower) || FORBIDDEN_FAMILIES.stream().anyMatch(lower::startsWith)) {
                trailers.remove(name);
            }
        }
    }
}
