package dev.sluice.tls;

import org.jspecify.annotations.Nullable;

/**
 * The certificates of one service. Files implement it here, automatic certificates elsewhere. {@link #find} is called
 * on event loops and must not block; whatever takes time happens on the source's own threads.
 */
public interface CertificateSource {

    /** The certificate for a server name (lower case), or null when there is none at this moment. */
    @Nullable
    Certificate find(String serverName);

    /** Why no certificate can be served, in words for the operator, or null when all is well. */
    default @Nullable String fault() {
        return null;
    }

    /** The service was replaced or removed: stop watching. */
    default void close() {}
}
