package dev.sluice.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What holds for all requests of one client connection.
 *
 * @param peerAddress IP address without brackets or zone
 * @param listenerPort the configured port of the listener, 0 if that was configured
 * @param tlsVersion such as {@code TLSv1.3}; null for a plain connection
 * @param serverName what the client asked for in the TLS handshake, normalised; null for nothing
 * @param alternative the Alt-Svc header (RFC 7838) of its responses; null for none
 */
public record ConnectionInfo(
        String peerAddress,
        int peerPort,
        int listenerPort,
        @Nullable String tlsVersion,
        @Nullable String serverName,
        @Nullable String alternative) {

    public ConnectionInfo(
            String peerAddress,
            int peerPort,
            int listenerPort,
            @Nullable String tlsVersion,
            @Nullable String serverName) {
        this(peerAddress, peerPort, listenerPort, tlsVersion, serverName, null);
    }

    public ConnectionInfo withAlternative(@Nullable String altSvc) {
        return new ConnectionInfo(peerAddress, peerPort, listenerPort, tlsVersion, serverName, altSvc);
    }

    /** Tells the client of the alternative, unless the target has said something itself. */
    void advertise(HttpHeaders headers) {
        if (alternative != null && !headers.contains(HttpHeaderNames.ALT_SVC)) {
            headers.set(HttpHeaderNames.ALT_SVC, alternative);
        }
    }

    public boolean secure() {
        return tlsVersion != null;
    }
}
