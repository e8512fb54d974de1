package dev.sluice.acme;

import dev.sluice.tls.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a certificate is renewed. Pure functions of certificate and advice. */
final class RenewalPlan {

    private RenewalPlan() {}

    /**
     * The moment from the authority's advice, but not in the last tenth of the lifetime; without advice at two thirds of
     * it, give or take a little, so that certificates of one day are not renewed in one minute.
     */
    static Instant renewAt(Certificate certificate, @Nullable RenewalWindow window) {
        Instant from = certificate.chain().getFirst().getNotBefore().toInstant();
        Instant until = certificate.notAfter();
        Duration life = Duration.between(from, until);
        if (window != null && window.certificate().equals(id(certificate))) {
            Instant latest = until.minus(life.dividedBy(10));
            return window.moment().isBefore(latest) ? window.moment() : latest;
        }
        // Up to a fiftieth of the lifetime, always the same for a certificate.
        double share = (id(certificate).hashCode() & 0xffff) / 65536.0;
        return until.minus(life.dividedBy(3)).minusSeconds((long) (life.toSeconds() / 50.0 * share));
    }

    /** By what advice and certificate are matched. */
    static String id(Certificate certificate) {
        X509Certificate own = certificate.chain().getFirst();
        return own.getSerialNumber().toString(16);
    }
}
