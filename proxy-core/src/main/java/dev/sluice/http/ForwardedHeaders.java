package dev.sluice.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a target is told about the client's end: X-Forwarded-For, -Proto, -Host, and which target was chosen. Client
 * values are believed and extended, or replaced.
 */
public final class ForwardedHeaders {
    public static final AsciiString FORWARDED_FOR = AsciiString.cached("X-Forwarded-For");
    public static final AsciiString FORWARDED_PROTO = AsciiString.cached("X-Forwarded-Proto");
    public static final AsciiString FORWARDED_HOST = AsciiString.cached("X-Forwarded-Host");
    public static final AsciiString REAL_IP = AsciiString.cached("X-Real-IP");
    public static final AsciiString TARGET = AsciiString.cached("X-Kamal-Target");
    // What else applications ask, who make links and cookies of it.
    private static final List<AsciiString> OTHERS = Stream.of("Port", "Prefix", "Scheme", "Ssl", "Server")
            .map(name -> AsciiString.cached("X-Forwarded-" + name))
            .toList();
    private static final AsciiString FORWARDED = AsciiString.cached("Forwarded");

    private ForwardedHeaders() {}

    /**
     * Sets X-Forwarded-For, -Proto and -Host, and removes Forwarded, which nothing here keeps true.
     *
     * @param trustClient keep the client's values; the peer is added to X-Forwarded-For
     * @param peerAddress the peer's IP address without a port; empty when it is not known
     */
    public static void apply(
            HttpHeaders request, boolean trustClient, String peerAddress, boolean secure, String host) {
        if (peerAddress.isEmpty()) {
            request.remove(FORWARDED_FOR);
        } else {
            append(request, trustClient, FORWARDED_FOR, peerAddress);
        }
        settle(request, trustClient, FORWARDED_PROTO, secure ? "https" : "http");
        settle(request, trustClient, FORWARDED_HOST, host);
        request.remove(FORWARDED);
    }

    /** Sets X-Real-IP to the client, and removes the other headers of a client that no trusted proxy passed on. */
    public static void client(HttpHeaders request, boolean believed, String address) {
        request.set(REAL_IP, address);
        if (!believed) {
            OTHERS.forEach(request::remove);
        }
    }

    /** Sets X-Kamal-Target to the target's address, behind the client's values when these are believed. */
    public static void target(HttpHeaders request, boolean trustClient, String targetAddress) {
        append(request, trustClient, TARGET, targetAddress);
    }

    /** Replaces X-Forwarded-For by the value of a header that names the client, if it has one. */
    public static void clientIp(HttpHeaders request, String headerName) {
        @Nullable String address = headerName.isEmpty() ? null : request.get(headerName);
        if (address != null && !address.isEmpty()) {
            request.set(FORWARDED_FOR, address);
        }
    }

    private static void append(HttpHeaders request, boolean trustClient, AsciiString name, String value) {
        if (!request.contains(name)) {
            request.add(name, value);
            return;
        }
        List<String> prior = trustClient ? request.getAll(name) : List.of();
        StringBuilder joined = new StringBuilder();
        for (String line : prior) {
            if (!line.isEmpty()) {
                joined.append(line).append(", ");
            }
        }
        request.set(name, joined.append(value).toString());
    }

    // The first of several lines counts, so that target and proxy agree.
    private static void settle(HttpHeaders request, boolean trustClient, AsciiString name, String computed) {
        @Nullable String given = request.get(name);
        if (given == null) {
            request.add(name, computed);
        } else {
            request.set(name, trustClient && !given.isEmpty() ? given : computed);
        }
    }
}
