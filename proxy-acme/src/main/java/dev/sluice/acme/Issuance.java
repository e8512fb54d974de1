package dev.sluice.acme;

import dev.sluice.tls.Certificate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Talks to certificate authorities. Blocking; for virtual threads. */
interface Issuance {

    /**
     * Obtains a certificate with one order.
     *
     * @throws OrderFailed when there is none
     */
    Certificate obtain(Request request) throws OrderFailed, InterruptedException;

    /**
     * Asks when the authority would like the certificate to be renewed (RFC 9773).
     *
     * @throws OrderFailed when it cannot be asked at this moment
     */
    Advice advice(Issuer issuer, CertificateStore accounts, Certificate certificate) throws OrderFailed;

    /**
     * @param accounts where the account with this authority is kept
     * @param replaced the certificate that this one will stand in for, or null
     * @param placing called once, right before the order is placed; when it fails, none is
     */
    record Request(
            Issuer issuer,
            CertificateStore accounts,
            NameSet names,
            ChallengeKind kind,
            @Nullable Certificate replaced,
            Placing placing) {}

    /** Told that an order is about to be placed. */
    @FunctionalInterface
    interface Placing {
        void placing() throws OrderFailed;
    }

    /**
     * @param start of the time in which to renew; null with end when the authority gives no advice
     * @param askAgain when to ask for the next time
     */
    record Advice(@Nullable Instant start, @Nullable Instant end, Instant askAgain) {}
}
