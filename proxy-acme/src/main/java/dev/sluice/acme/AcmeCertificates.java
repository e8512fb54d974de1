package dev.sluice.acme;

import dev.sluice.observe.Events;
import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateSource;
import dev.sluice.tls.CertificateStatus;
import dev.sluice.tls.FilePoll;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The automatic certificates of one service. All that are there are in memory, so that a handshake waits for no disk; the
 * poll's thread reads what others have stored. A service without hosts serves what the store has, and orders what it is
 * told to.
 */
final class AcmeCertificates implements CertificateSource {
    private static final Duration LOOK = Duration.ofMillis(20);

    private final Set<String> hosts;
    private final CertificateStore store;
    private final List<Issuer> issuers;
    private final OrderQueue queue;
    private final FilePoll poll;
    private final InstantSource clock;
    private final Duration deployWait;
    private final Runnable look = this::look;
    // By host; wildcards by what follows the asterisk.
    private final Map<String, ManagedCertificate> byHost = new ConcurrentHashMap<>();
    private final Set<ManagedCertificate> joined = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private String problem = "";

    AcmeCertificates(
            Set<String> hosts,
            CertificateStore store,
            List<Issuer> issuers,
            OrderQueue queue,
            FilePoll poll,
            InstantSource clock,
            Duration deployWait) {
        this.hosts = new LinkedHashSet<>(hosts);
        this.store = store;
        this.issuers = issuers;
        this.queue = queue;
        this.poll = poll;
        this.clock = clock;
        this.deployWait = deployWait;
    }

    /** Reads what the store has, and has the rest ordered. */
    void open(boolean deployed) {
        for (NameSet names : NameSet.cover(hosts)) {
            ManagedCertificate managed = join(names);
            managed.want();
            if (deployed) {
                managed.record().hurry();
            }
        }
        look();
        poll.add(look);
        queue.wake();
    }

    private ManagedCertificate join(NameSet names) {
        ManagedCertificate managed = queue.join(names, store, issuers);
        joined.add(managed);
        for (String name : names.names()) {
            byHost.put(name.startsWith("*.") ? name.substring(1) : name, managed);
        }
        return managed;
    }

    @Override
    public @Nullable Certificate find(String serverName) {
        ManagedCertificate managed = managed(serverName);
        if (managed == null) {
            return null;
        }
        managed.want();
        return managed.current();
    }

    private @Nullable ManagedCertificate managed(String serverName) {
        ManagedCertificate managed = byHost.get(serverName);
        int dot = serverName.indexOf('.');
        return managed != null || dot <= 0 ? managed : byHost.get(serverName.substring(dot));
    }

    /**
     * Orders a certificate for one name of a service that has no list of hosts; whether the name may have one has been
     * decided. Returns at once. The stage ends with the certificate, or fails with the reason why there is none. A name
     * whose order has failed is not ordered again before its time.
     */
    CompletionStage<Certificate> order(String name) {
        CompletableFuture<Certificate> ordered = new CompletableFuture<>();
        Thread.ofVirtual().name("certificate-on-demand").start(() -> {
            try {
                ManagedCertificate managed = byHost.get(name);
                if (managed == null) {
                    managed = join(NameSet.of(name));
                }
                order(managed).whenComplete((certificate, failure) -> {
                    if (failure == null) {
                        ordered.complete(certificate);
                    } else {
                        ordered.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException e) {
                ordered.completeExceptionally(e);
            }
        });
        return ordered;
    }

    private CompletionStage<Certificate> order(ManagedCertificate managed) {
        managed.want();
        CompletionStage<Certificate> soon = managed.soon();
        if (managed.due().isAfter(clock.instant()) && managed.begin()) {
            // Nothing will be done now: say what is known.
            managed.end();
        }
        queue.wake();
        return soon.whenComplete((_, failure) -> {
            if (failure != null || closed) {
                forget(managed);
            }
        });
    }

    private void forget(ManagedCertificate managed) {
        if (joined.remove(managed)) {
            byHost.values().removeIf(m -> m == managed);
            queue.leave(managed);
        }
    }

    @Override
    public Collection<Certificate> served() {
        List<Certificate> served = new ArrayList<>();
        for (ManagedCertificate managed : joined) {
            Certificate certificate = managed.current();
            if (certificate != null) {
                served.add(certificate);
            }
        }
        return served;
    }

    @Override
    public List<CertificateStatus> statuses() {
        Instant now = clock.instant();
        return joined.stream()
                .flatMap(managed -> managed.statuses(now).stream())
                .sorted(java.util.Comparator.comparing(CertificateStatus::name))
                .toList();
    }

    @Override
    public void awaitOrders() throws InterruptedException {
        long end = System.nanoTime() + deployWait.toNanos();
        while (System.nanoTime() < end && !joined.stream().allMatch(managed -> managed.settled(clock.instant()))) {
            Thread.sleep(LOOK);
        }
    }

    @Override
    public void close() {
        closed = true;
        poll.remove(look);
        joined.forEach(queue::leave);
        joined.clear();
    }

    // By the opener first, then by the poll's thread alone.
    private void look() {
        if (hosts.isEmpty() && !closed) {
            joinStored();
        }
        joined.forEach(ManagedCertificate::look);
    }

    private void joinStored() {
        try {
            for (String name : store.names()) {
                String domain = name.endsWith("+rsa") ? name.substring(0, name.length() - "+rsa".length()) : name;
                // Other names are challenges, accounts and records, with a plus or without any dot.
                boolean host = domain.indexOf('+') < 0 && domain.indexOf('.') > 0 && domain.charAt(0) != '_';
                if (host && !domain.equals("acme_account.key") && !byHost.containsKey(domain)) {
                    join(NameSet.of(domain));
                }
            }
            problem = "";
        } catch (IOException e) {
            if (!problem.equals(e.toString())) {
                problem = e.toString();
                Events.warn("Certificate store cannot be read", "directory", store.location(), "error", problem);
            }
        }
    }
}
