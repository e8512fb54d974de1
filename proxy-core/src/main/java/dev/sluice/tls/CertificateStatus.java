package dev.sluice.tls;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the certificate for one name stands.
 *
 * @param issuer who signed the certificate that is served; empty while there is none
 * @param notAfter of the certificate that is served, or null
 * @param nextAttempt when it is renewed, or ordered again after a failure; null when nothing is planned
 * @param error what is wrong, for the operator: why the last attempt failed, or what to do about files; empty when
 *     nothing is
 * @param failures attempts that failed since one succeeded
 */
public record CertificateStatus(
        String name,
        State state,
        String issuer,
        @Nullable Instant notAfter,
        @Nullable Instant nextAttempt,
        String error,
        int failures) {

    /** What is served for the name. */
    public enum State {
        /** A certificate that is valid. */
        VALID,
        /** None yet; the first order is about to be placed or under way. */
        ORDERING,
        /** None, because orders fail. */
        MISSING,
        /** One that has expired, for want of a better one. */
        EXPIRED,
        /** One of the operator's own that expires soon, and that nobody here renews. */
        EXPIRING,
        /** One of the operator's own that does not name the host, so that clients refuse it. */
        WRONG_NAME;

        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
