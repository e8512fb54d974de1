package dev.sluice.acme;

import dev.sluice.tls.Certificate;
import java.util.concurrent.CompletionStage;

/** Gets a certificate for a name that nobody listed beforehand. For event loops; never blocks. */
@FunctionalInterface
public interface CertificateOrders {

    /**
     * Joins the order for a host that is under way, or begins one.
     *
     * @param host a name that may have a certificate
     * @return fails when there is no order now, say because the last one failed a moment ago
     */
    CompletionStage<Certificate> order(String host);
}
