package dev.sluice.tls;

import org.jspecify.annotations.Nullable;

/**
 * What a certificate authority is answered when it checks that a name leads to this server (RFC 8555 8, RFC 8737). On
 * event loops; must not block.
 */
public interface ChallengeAnswers {

    /** For a server that has no automatic certificates. */
    ChallengeAnswers NONE = new ChallengeAnswers() {
        @Override
        public @Nullable String http01(String token) {
            return null;
        }

        @Override
        public @Nullable Certificate tlsAlpn01(String serverName) {
            return null;
        }
    };

    /** The text under {@code /.well-known/acme-challenge/<token>}, or null for a token that nobody waits for. */
    @Nullable
    String http01(String token);

    /** The certificate for a handshake that speaks {@code acme-tls/1}, or null when none is expected for the name. */
    @Nullable
    Certificate tlsAlpn01(String serverName);
}
