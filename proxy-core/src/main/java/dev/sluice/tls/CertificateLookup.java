package dev.sluice.tls;

import org.jspecify.annotations.Nullable;

/** Which certificate answers a handshake. Called on event loops: must not block. */
@FunctionalInterface
public interface CertificateLookup {

    /**
     * The certificate for a server name, or null to refuse the handshake.
     *
     * @param serverName in lower case, without a dot at its end; null when the client sent none
     */
    @Nullable
    Certificate find(@Nullable String serverName);
}
