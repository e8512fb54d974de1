package dev.sluice.exchange;

import org.jspecify.annotations.Nullable;

/**
 * What holds for all requests of one client connection.
 *
 * @param peerAddress IP address without brackets or zone
 * @param listenerPort the configured port of the listener, 0 if that was configured
 * @param tlsVersion such as {@code TLSv1.3}; null for a plain connection
 * @param serverName what the client asked for in the TLS handshake, normalised; null for nothing
 */
public record ConnectionInfo(
        String peerAddress,
        int peerPort,
        int listenerPort,
        @Nullable String tlsVersion,
        @Nullable String serverName) {

    public boolean secure() {
        return tlsVersion != null;
    }
}
