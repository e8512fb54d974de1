package dev.sluice.acme;

import dev.sluice.observe.Events;
import dev.sluice.tls.Certificate;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to obtain a certificate: each authority in turn, each way to prove the names, after a failure first where
 * it costs nothing. Straight blocking code, on a virtual thread, one at a time for a certificate.
 */
final class Attempt {
    private final Issuance issuance;
    private final Stores stores;
    private final DnsOptions dns;
    private final InstantSource clock;
    private final RandomGenerator random;

    /**
     * @param dns tells whether names can be proved by DNS records
     */
    Attempt(Issuance issuance, Stores stores, DnsOptions dns, InstantSource clock, RandomGenerator random) {
        this.issuance = issuance;
        this.stores = stores;
        this.dns = dns;
        this.clock = clock;
        this.random = random;
    }

    /** Where an authority's accounts are kept. */
    @FunctionalInterface
    interface Stores {
        CertificateStore accounts(CertificateStore certificates, Issuer issuer);
    }

    private record Obtained(Certificate certificate, ChallengeKind kind) {}

    void run(ManagedCertificate managed) throws InterruptedException {
        CertificateStore store = managed.store();
        try (CertificateStore.Claim claim = store.claim(managed.names().file())) {
            managed.look();
            if (claim == null) {
                failed(managed, "another process is ordering it", null);
            } else if (!managed.due().isAfter(clock.instant())) {
                store.selfTest();
                tryAll(managed);
            }
        } catch (IOException e) {
            failed(
                    managed,
                    "the certificate store " + store.location() + " cannot be used, so nothing was ordered: " + e,
                    null);
        }
    }

    private void tryAll(ManagedCertificate managed) throws InterruptedException {
        List<String> problems = new ArrayList<>();
        Instant earliest = Instant.MAX;
        for (Issuer issuer : managed.issuers()) {
            try {
                Obtained obtained = from(issuer, managed);
                managed.record().succeeded(issuer.directory(), obtained.kind());
                managed.replace(obtained.certificate());
                saveRecord(managed);
                succeeded(managed, obtained.certificate());
                return;
            } catch (OrderFailed e) {
                boolean several = managed.issuers().size() > 1;
                problems.add(several ? issuer.directory() + ": " + e.getMessage() : e.getMessage());
                Instant after = e.retryAfter();
                if (after != null) {
                    managed.record().block(issuer.directory(), after);
                }
                Instant free = after == null ? clock.instant() : after;
                earliest = free.isBefore(earliest) ? free : earliest;
            }
        }
        failed(managed, String.join("; ", problems), earliest);
    }

    private Obtained from(Issuer issuer, ManagedCertificate managed) throws OrderFailed, InterruptedException {
        for (String name : managed.names().names()) {
            String objection = PublicNames.ownAuthority(issuer.directory()) ? null : PublicNames.objection(name);
            if (objection != null) {
                throw OrderFailed.because(objection);
            }
        }
        requireFree(issuer, managed);
        Issuer tries = issuer.forTries();
        if (tries != null && managed.record().failures() > 0) {
            byAnyKind(tries, managed, null);
        }
        Certificate replaced = managed.record().issuer().equals(issuer.directory()) ? managed.current() : null;
        return byAnyKind(issuer, managed, replaced);
    }

    private Obtained byAnyKind(Issuer issuer, ManagedCertificate managed, @Nullable Certificate replaced)
            throws OrderFailed, InterruptedException {
        CertificateStore accounts = stores.accounts(managed.store(), issuer);
        List<String> problems = new ArrayList<>();
        for (ChallengeKind kind : kinds(managed)) {
            try {
                Certificate certificate = issuance.obtain(new Issuance.Request(
                        issuer, accounts, managed.names(), kind, replaced, () -> placing(issuer, managed)));
                return new Obtained(certificate, kind);
            } catch (OrderFailed e) {
                problems.add(e.getMessage());
                if (!e.validation()) {
                    throw new OrderFailed(String.join("; ", problems), false, e.retryAfter());
                }
            }
        }
        throw new OrderFailed(String.join("; ", problems), true, null);
    }

    // What worked last comes first. When nothing does, each attempt begins with another one, as the cap on orders may
    // not leave one for each.
    private List<ChallengeKind> kinds(ManagedCertificate managed) {
        if (managed.names().wildcard()) {
            return List.of(dns.configured() ? ChallengeKind.DNS_01 : ChallengeKind.DNS_PERSIST_01);
        }
        List<ChallengeKind> kinds = new ArrayList<>(List.of(ChallengeKind.HTTP_01, ChallengeKind.TLS_ALPN_01));
        boolean address = PublicNames.address(managed.names().names().getFirst()) != null;
        if (dns.configured() && !address) {
            kinds.add(ChallengeKind.DNS_01);
        }
        if (dns.persistent() && !address) {
            kinds.add(ChallengeKind.DNS_PERSIST_01);
        }
        String last = managed.record().kind();
        kinds.sort(java.util.Comparator.comparing(k -> !k.type().equals(last)));
        Collections.rotate(kinds, -(OrderRecord.CAP * managed.record().failures() % kinds.size()));
        return kinds;
    }

    private void requireFree(Issuer issuer, ManagedCertificate managed) throws OrderFailed {
        Instant until = managed.record().blockedUntil(issuer.directory(), clock.instant());
        if (until != null) {
            String before = managed.record().error();
            throw new OrderFailed(
                    (before.isEmpty() ? "" : before + "; ") + "waiting until " + until.truncatedTo(ChronoUnit.SECONDS)
                            + " before the next order",
                    false,
                    until);
        }
    }

    private void placing(Issuer issuer, ManagedCertificate managed) throws OrderFailed {
        Instant until = managed.record().blockedUntil(issuer.directory(), clock.instant());
        if (until != null) {
            throw new OrderFailed("no more orders before " + until.truncatedTo(ChronoUnit.SECONDS), false, until);
        }
        managed.record().placing(issuer.directory(), clock.instant(), random);
        try {
            managed.saveRecord();
        } catch (IOException e) {
            throw OrderFailed.because("the record of orders cannot be stored, so nothing was ordered: " + e);
        }
    }

    private void succeeded(ManagedCertificate managed, Certificate certificate) {
        Events.info(
                "Certificate obtained",
                "names",
                managed.names().names(),
                "issuer",
                certificate.issuer(),
                "not_after",
                certificate.notAfter().toString(),
                "next_renewal",
                managed.due().toString());
    }

    private void failed(ManagedCertificate managed, String why, @Nullable Instant earliest) {
        Instant now = clock.instant();
        managed.record().failed(why, earliest, now, random);
        saveRecord(managed);
        Certificate serving = managed.current();
        Object[] fields = {
            "names",
            managed.names().names(),
            "error",
            why,
            "next_attempt",
            String.valueOf(managed.record().nextTry()),
            "not_after",
            serving == null ? null : serving.notAfter().toString()
        };
        if (serving == null) {
            Events.warn("Certificate could not be obtained", fields);
        } else if (serving.notAfter().isBefore(now)) {
            Events.error("CERTIFICATE HAS EXPIRED and could not be renewed", fields);
        } else if (late(serving, now)) {
            Events.error("CERTIFICATE IS ABOUT TO EXPIRE and could not be renewed", fields);
        } else {
            Events.warn("Certificate could not be renewed yet; the one from before is served", fields);
        }
    }

    // In the last sixth of its lifetime: half of the time for renewals has gone by in vain.
    private static boolean late(Certificate certificate, Instant now) {
        Instant from = certificate.chain().getFirst().getNotBefore().toInstant();
        Duration life = Duration.between(from, certificate.notAfter());
        return now.isAfter(certificate.notAfter().minus(life.dividedBy(6)));
    }

    private static void saveRecord(ManagedCertificate managed) {
        try {
            managed.saveRecord();
        } catch (IOException e) {
            Events.warn(
                    "Record of certificate orders could not be stored",
                    "store",
                    managed.store().location(),
                    "error",
                    e.toString());
        }
    }

    /** Asks the authority when it would like the certificate to be renewed. */
    void advise(ManagedCertificate managed) {
        Certificate certificate = Objects.requireNonNull(managed.current());
        String from = managed.record().issuer();
        Issuer issuer = from.isEmpty() ? managed.issuers().getFirst() : Issuer.of(from);
        OrderRecord record = managed.record();
        try {
            Issuance.Advice advice = issuance.advice(issuer, stores.accounts(managed.store(), issuer), certificate);
            Instant start = advice.start();
            Instant end = advice.end();
            RenewalWindow window = record.window();
            String id = RenewalPlan.id(certificate);
            if (start == null || end == null) {
                window = null;
            } else if (window == null || !window.certificate().equals(id)) {
                window = RenewalWindow.draw(id, start, end, random);
            } else {
                window = window.updated(start, end, random);
            }
            record.advised(window, advice.askAgain());
        } catch (OrderFailed e) {
            Events.debug(
                    "Renewal advice could not be had", "names", managed.names().names(), "error", e.getMessage());
            record.advised(record.window(), clock.instant().plus(Duration.ofHours(1)));
        }
        saveRecord(managed);
    }
}
