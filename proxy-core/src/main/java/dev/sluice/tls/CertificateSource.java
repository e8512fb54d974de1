package dev.sluice.tls;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of one service. Files implement it here, automatic certificates elsewhere. All but {@link #close} and
 * {@link #awaitOrders} is called on event loops and must not block; whatever takes time happens on the source's own
 * threads.
 */
public interface CertificateSource {

    /** The certificate for a server name (lower case), or null when there is none at this moment. */
    @Nullable
    Certificate find(String serverName);

    /** The same where there is a choice: one that this client can check. */
    default @Nullable Certificate find(String serverName, ClientHello hello) {
        return find(serverName);
    }

    /**
     * Asked when {@link #find} had none: a certificate that comes later, while the handshake waits for it, or null when
     * none will. The stage fails with {@link CertificateUnusable}; it may end on any thread.
     */
    default @Nullable CompletionStage<Certificate> obtain(String serverName, ClientHello hello) {
        return null;
    }

    /** All certificates that are served at this moment, to be shown. */
    default Collection<Certificate> served() {
        return List.of();
    }

    /** How each name stands. */
    default List<CertificateStatus> statuses() {
        return List.of();
    }

    /** Waits, for a short while at most, until certificates that are being obtained are there. Blocking. */
    default void awaitOrders() throws InterruptedException {}

    /** Why no certificate can be served, in words for the operator, or null when all is well. */
    default @Nullable String fault() {
        return null;
    }

    /** The service was replaced or removed: stop watching. */
    default void close() {}
}
