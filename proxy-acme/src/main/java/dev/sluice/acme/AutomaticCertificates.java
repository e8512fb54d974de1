package dev.sluice.acme;

import dev.sluice.http.HostName;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import dev.sluice.tls.CertificateSource;
import dev.sluice.tls.ChallengeAnswers;
import dev.sluice.tls.FilePoll;
import io.netty.util.NetUtil;
import java.net.IDN;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that this server obtains and renews by itself: one object for the daemon. Services open their part of
 * it. Costs next to nothing until an order is due. Blocking; for virtual threads.
 */
public final class AutomaticCertificates implements AutoCloseable {
    private final AcmeOptions options;
    private final Path defaultStore;
    private final FilePoll poll;
    private final InstantSource clock;
    private final OrderQueue queue;
    private final PendingChallenges challenges = new PendingChallenges();

    /**
     * @param defaultStore holds the certificates of services that name no other place
     * @param poll looks for certificates that others put into the store; closed by whoever made it
     */
    public AutomaticCertificates(AcmeOptions options, Path defaultStore, FilePoll poll) {
        this(
                options,
                defaultStore,
                poll,
                null,
                InstantSource.system(),
                task -> Thread.ofVirtual().name("certificate-order").start(task));
    }

    /**
     * @param issuance who talks to authorities, or null for the real one
     */
    AutomaticCertificates(
            AcmeOptions options,
            Path defaultStore,
            FilePoll poll,
            @Nullable Issuance issuance,
            InstantSource clock,
            Executor executor) {
        this.options = options;
        this.defaultStore = defaultStore;
        this.poll = poll;
        this.clock = clock;
        // Not seeded for secrecy: it spreads the load on authorities.
        RandomGenerator random = new java.util.Random();
        AtomicReference<@Nullable Attempt> made = new AtomicReference<>();
        this.queue = new OrderQueue(
                () -> {
                    Attempt attempt = made.get();
                    if (attempt == null) {
                        attempt = new Attempt(
                                issuance == null ? new AcmeIssuance(options, challenges) : issuance,
                                AutomaticCertificates::accounts,
                                options.dns(),
                                clock,
                                random);
                        made.set(attempt);
                    }
                    return attempt;
                },
                clock,
                random,
                executor);
    }

    // Beside the certificates, where kamal-proxy keeps the account of this authority.
    private static CertificateStore accounts(CertificateStore certificates, Issuer issuer) {
        Path parent = Path.of(certificates.location()).getParent();
        return new FileStore(String.valueOf(parent), issuer.storeKey());
    }

    /** What authorities are answered when they check names. */
    public ChallengeAnswers challenges() {
        return challenges;
    }

    /** To be called when the ports are open: from now on orders are placed. */
    public void start() {
        queue.start();
    }

    @Override
    public void close() {
        queue.close();
    }

    /**
     * The certificates of a service with automatic TLS: those in the store at once, the others when they have been
     * obtained.
     *
     * @param deployed whether the operator asks for them at this moment, rather than the daemon after a restart: then
     *     names whose orders failed are tried again soon
     * @throws ControlFailure for hosts that no certificate can be obtained for
     */
    public CertificateSource open(ServiceOptions service, boolean deployed) throws ControlFailure {
        return openManaged(service, deployed);
    }

    /**
     * The certificates of a service that lists no hosts: those in the store at once, others when a client wants one and
     * the check allows it.
     */
    public CertificateSource openOnDemand(ServiceOptions service, boolean deployed, HostCheck check)
            throws ControlFailure {
        AcmeCertificates certificates = openManaged(service, deployed);
        return new OnDemandCertificates(certificates, check, certificates::order, options.onDemandKeep());
    }

    private AcmeCertificates openManaged(ServiceOptions service, boolean deployed) throws ControlFailure {
        Set<String> hosts = new LinkedHashSet<>();
        for (String host : service.hosts()) {
            if (host.indexOf('*') >= 0 && !options.dns().wildcards()) {
                throw new ControlFailure(ControlFailure.Kind.INVALID, "automatic TLS does not support wildcards");
            }
            if (!host.isEmpty()) {
                hosts.add(ascii(host));
            }
        }
        TlsOptions tls = service.tls();
        List<Issuer> issuers =
                tls.acmeDirectory().isEmpty() ? options.issuers() : List.of(Issuer.of(tls.acmeDirectory()));
        String path = tls.acmeCachePath().isEmpty() ? defaultStore.toString() : tls.acmeCachePath();
        // As kamal-proxy names it: by the directory that the deploy gave, so that switching over orders nothing.
        CertificateStore store = new FileStore(path, tls.acmeDirectory());
        AcmeCertificates certificates =
                new AcmeCertificates(hosts, store, issuers, queue, poll, clock, options.deployWait());
        certificates.open(deployed);
        return certificates;
    }

    // As server names and the store's files spell it (RFC 5891).
    private static String ascii(String host) throws ControlFailure {
        String wildcard = host.startsWith("*.") ? "*." : "";
        String name = HostName.normalise(host.substring(wildcard.length()));
        InetAddress address = PublicNames.address(name);
        if (address != null && wildcard.isEmpty()) {
            return NetUtil.toAddressString(address);
        }
        String ascii;
        try {
            ascii = HostName.normalise(IDN.toASCII(name));
        } catch (IllegalArgumentException e) {
            ascii = "";
        }
        if (!HostName.valid(ascii) || ascii.indexOf('*') >= 0 || ascii.indexOf(':') >= 0) {
            throw new ControlFailure(
                    ControlFailure.Kind.INVALID, "automatic TLS needs host names, and \"" + host + "\" is none");
        }
        return wildcard + ascii;
    }
}
