package dev.sluice.tls;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Which certificate answers a handshake. Called on event loops: must not block. */
@FunctionalInterface
public interface CertificateLookup {

    /** The certificate for a client, or null when there is none at this moment. */
    @Nullable
    Certificate find(ClientHello hello);

    /**
     * Asked when {@link #find} had none: a certificate that comes later, while the handshake waits for it, or null when
     * none will. The stage fails with {@link CertificateUnusable}; it may end on any thread.
     */
    default @Nullable CompletionStage<Certificate> obtain(ClientHello hello) {
        return null;
    }
}
