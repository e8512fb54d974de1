package dev.sluice.acme;

import dev.sluice.observe.Events;
import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateStatus;
import dev.sluice.tls.CertificateUnusable;
import dev.sluice.tls.PemFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One certificate that is kept in being: what the store has of it, and when something is to be done about it. Event
 * loops read {@link #current}; all else is for virtual threads. The record's thread is the one whose attempt is under
 * way, of which there is one at a time.
 */
final class ManagedCertificate {
    private final NameSet names;
    private final CertificateStore store;
    private final List<Issuer> issuers;
    private final OrderRecord record;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final List<CompletableFuture<Certificate>> waiting = new ArrayList<>();
    private final List<Object> stamps = new ArrayList<>();
    private @Nullable String objection;
    private int users;

    private volatile @Nullable Certificate current;
    // Names were added since it was issued.
    private volatile boolean incomplete;
    // Stored certificates that nobody asked for are served, but not renewed.
    private volatile boolean wanted;

    ManagedCertificate(NameSet names, CertificateStore store, List<Issuer> issuers) {
        this.names = names;
        this.store = store;
        this.issuers = List.copyOf(issuers);
        OrderRecord stored;
        try {
            stored = OrderRecord.decode(store.load(names.file() + OrderRecord.SUFFIX));
        } catch (IOException e) {
            stored = new OrderRecord();
        }
        this.record = stored;
        this.objection = objection();
        look();
    }

    // Set when no authority of the list could certify the names.
    private @Nullable String objection() {
        String found = null;
        for (Issuer issuer : issuers) {
            if (PublicNames.ownAuthority(issuer.directory())) {
                return null;
            }
            for (String name : names.names()) {
                found = found == null ? PublicNames.objection(name) : found;
            }
        }
        return found;
    }

    NameSet names() {
        return names;
    }

    CertificateStore store() {
        return store;
    }

    List<Issuer> issuers() {
        return issuers;
    }

    OrderRecord record() {
        return record;
    }

    @Nullable
    Certificate current() {
        return current;
    }

    void want() {
        if (!wanted) {
            wanted = true;
        }
    }

    /** Begins what only one may do at a time; false when somebody is at it. */
    boolean begin() {
        return busy.compareAndSet(false, true);
    }

    /** Ends that, and tells those who wait how it went. */
    void end() {
        busy.set(false);
        List<CompletableFuture<Certificate>> told;
        synchronized (this) {
            told = List.copyOf(waiting);
            waiting.clear();
        }
        Certificate certificate = current;
        told.forEach(w -> {
            if (certificate == null) {
                w.completeExceptionally(new CertificateUnusable(problem()));
            } else {
                w.complete(certificate);
            }
        });
    }

    boolean busy() {
        return busy.get();
    }

    /** Ends with the certificate, or with the failure of the attempt that is under way or about to begin. */
    synchronized CompletionStage<Certificate> soon() {
        CompletableFuture<Certificate> soon = new CompletableFuture<>();
        waiting.add(soon);
        return soon;
    }

    synchronized void join() {
        users++;
    }

    /** True when nobody is left. */
    synchronized boolean leave() {
        users--;
        return users <= 0;
    }

    /** Reads the certificate again if the store has another one. */
    synchronized void look() {
        List<Object> seen = List.of(store.stamp(names.file()), store.stamp(names.file() + "+rsa"));
        if (seen.equals(stamps)) {
            return;
        }
        stamps.clear();
        stamps.addAll(seen);
        Certificate found = store.absent(seen.getFirst()) ? null : read(names.file());
        if (found == null && !store.absent(seen.getLast())) {
            found = read(names.file() + "+rsa");
        }
        // One that cannot be read does not replace one that can.
        boolean gone = seen.stream().allMatch(store::absent);
        if (found != null || gone) {
            serve(found);
        }
    }

    private void serve(@Nullable Certificate certificate) {
        incomplete = certificate != null && !certificate.names().containsAll(names.names());
        current = certificate;
    }

    private @Nullable Certificate read(String name) {
        String origin = "certificate " + store.location() + "/" + name;
        try {
            byte[] content = store.load(name);
            return content == null ? null : PemFiles.parse(new String(content, StandardCharsets.ISO_8859_1), origin);
        } catch (IOException | CertificateUnusable e) {
            Events.warn("Stored certificate cannot be used", "certificate", origin, "error", e.getMessage());
            return null;
        }
    }

    /** Serves a new certificate, and stores it. */
    void replace(Certificate fresh) {
        try {
            store.save(names.file(), CertificateText.of(fresh));
            look();
        } catch (IOException e) {
            Events.error(
                    "Certificate could not be stored; it is served until the next restart",
                    "names",
                    names.names(),
                    "store",
                    store.location(),
                    "error",
                    e.toString());
            serve(fresh);
        }
    }

    void saveRecord() throws IOException {
        store.save(names.file() + OrderRecord.SUFFIX, record.encoded());
    }

    /** When the next order is to be placed: not after now for at once. */
    Instant due() {
        Certificate certificate = current;
        if (objection != null || !(wanted || certificate == null)) {
            return Instant.MAX;
        }
        Instant wish = certificate == null || incomplete || fromAnother()
                ? Instant.MIN
                : RenewalPlan.renewAt(certificate, record.window());
        Instant nextTry = record.nextTry();
        return nextTry != null && nextTry.isAfter(wish) ? nextTry : wish;
    }

    // The operator has changed the list since. kamal-proxy's certificates have no record and stay.
    private boolean fromAnother() {
        String issuer = record.issuer();
        return !issuer.isEmpty()
                && issuers.stream().noneMatch(i -> i.directory().equals(issuer));
    }

    /** When the authority is to be asked for its advice. The first time of all is drawn by lot. */
    Instant adviceDue(Instant now, RandomGenerator random) {
        if (objection != null || !wanted || current == null) {
            return Instant.MAX;
        }
        Instant next = record.nextAdvice();
        if (next == null) {
            next = now.plus(Duration.ofMinutes(10 + random.nextInt(350)));
            record.advised(record.window(), next);
        }
        return next;
    }

    /** What keeps the certificate from being obtained, in words; empty when nothing is known to. */
    String problem() {
        return objection == null ? record.error() : objection;
    }

    /** Whether a deploy has nothing to wait for. */
    boolean settled(Instant now) {
        Certificate certificate = current;
        return (certificate != null && certificate.notAfter().isAfter(now))
                || objection != null
                || (!busy() && due().isAfter(now));
    }

    List<CertificateStatus> statuses(Instant now) {
        Certificate certificate = current;
        Instant due = due();
        CertificateStatus.State state = state(certificate, now);
        return names.names().stream()
                .map(name -> new CertificateStatus(
                        name,
                        state,
                        certificate == null ? "" : certificate.issuer(),
                        certificate == null ? null : certificate.notAfter(),
                        due.equals(Instant.MAX) ? null : due.isBefore(now) ? now : due,
                        problem(),
                        record.failures()))
                .toList();
    }

    private CertificateStatus.State state(@Nullable Certificate certificate, Instant now) {
        if (certificate != null) {
            return certificate.notAfter().isAfter(now)
                    ? CertificateStatus.State.VALID
                    : CertificateStatus.State.EXPIRED;
        }
        boolean hopeful = objection == null && (busy() || record.failures() == 0);
        return hopeful ? CertificateStatus.State.ORDERING : CertificateStatus.State.MISSING;
    }
}
