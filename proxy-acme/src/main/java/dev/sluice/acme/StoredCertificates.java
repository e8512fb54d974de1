package dev.sluice.acme;

import dev.sluice.http.HostName;
import dev.sluice.observe.Events;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.ServiceOptions;
import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateSource;
import dev.sluice.tls.CertificateUnusable;
import dev.sluice.tls.FilePoll;
import dev.sluice.tls.FileStamp;
import dev.sluice.tls.PemFiles;
import java.io.IOException;
import java.net.IDN;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a service with automatic TLS that are in the store already. They are all in memory, so that a
 * handshake waits for no disk; the poll's thread reads what has changed. Obtains none.
 */
public final class StoredCertificates implements CertificateSource {
    // A file that was read, good or not, is not read again until its stamp changes.
    private record Loaded(FileStamp stamp, @Nullable Certificate certificate) {}

    private final StoreDirectory store;
    // Empty for a service that takes every host it is asked for.
    private final Set<String> hosts;
    private final FilePoll poll;
    private final Runnable look = this::look;

    private Map<Path, Loaded> loaded = Map.of();
    private String problem = "";
    private volatile Map<String, Certificate> byHost = Map.of();

    private StoredCertificates(StoreDirectory store, Set<String> hosts, FilePoll poll) {
        this.store = store;
        this.hosts = hosts;
        this.poll = poll;
    }

    /**
     * Opens the store for the hosts of a service, and follows its changes until the source is closed. Blocking.
     *
     * @throws ControlFailure for a wildcard host: the challenges that are answered here cannot prove one
     */
    public static StoredCertificates open(ServiceOptions options, FilePoll poll) throws ControlFailure {
        Set<String> hosts = new LinkedHashSet<>();
        for (String host : options.hosts()) {
            if (host.indexOf('*') >= 0) {
                throw new ControlFailure(ControlFailure.Kind.INVALID, "automatic TLS does not support wildcards");
            }
            if (!host.isEmpty()) {
                hosts.add(HostName.normalise(ascii(host)));
            }
        }
        StoreDirectory store =
                new StoreDirectory(options.tls().acmeCachePath(), options.tls().acmeDirectory());
        StoredCertificates certificates = new StoredCertificates(store, hosts, poll);
        certificates.look();
        poll.add(certificates.look);
        return certificates;
    }

    // As server names and the store's files spell it (RFC 5891).
    private static String ascii(String host) throws ControlFailure {
        String ascii;
        try {
            ascii = IDN.toASCII(host);
        } catch (IllegalArgumentException e) {
            ascii = "";
        }
        if (!HostName.valid(ascii)) {
            throw new ControlFailure(
                    ControlFailure.Kind.INVALID, "automatic TLS needs host names, and \"" + host + "\" is none");
        }
        return ascii;
    }

    @Override
    public @Nullable Certificate find(String serverName) {
        return byHost.get(serverName);
    }

    @Override
    public Collection<Certificate> served() {
        return byHost.values();
    }

    @Override
    public void close() {
        poll.remove(look);
    }

    // By the opener first, then by the poll's thread alone.
    private void look() {
        Map<Path, Loaded> now = new HashMap<>();
        Map<String, Certificate> found = new HashMap<>();
        for (String domain : domains()) {
            Certificate certificate = load(store.file(domain), now);
            if (certificate == null) {
                certificate = load(store.rsaFile(domain), now);
            }
            if (certificate != null) {
                found.put(domain, certificate);
            }
        }
        loaded = now;
        if (!found.equals(byHost)) {
            byHost = Map.copyOf(found);
        }
    }

    private Collection<String> domains() {
        if (!hosts.isEmpty()) {
            return hosts;
        }
        try {
            Collection<String> domains = store.domains();
            problem = "";
            return domains;
        } catch (IOException e) {
            if (!problem.equals(e.toString())) {
                problem = e.toString();
                Events.warn(
                        "Certificate store cannot be read",
                        "directory",
                        store.path().toString(),
                        "error",
                        problem);
            }
            return byHost.keySet();
        }
    }

    private @Nullable Certificate load(Path file, Map<Path, Loaded> now) {
        FileStamp stamp = FileStamp.of(file);
        if (stamp.equals(FileStamp.ABSENT)) {
            return null;
        }
        Loaded before = loaded.get(file);
        Loaded current = before != null && before.stamp().equals(stamp) ? before : new Loaded(stamp, read(file));
        now.put(file, current);
        Certificate certificate = current.certificate();
        return certificate != null && certificate.notAfter().isAfter(Instant.now()) ? certificate : null;
    }

    private static @Nullable Certificate read(Path file) {
        try {
            Certificate certificate = PemFiles.readBundle(file);
            if (certificate.notAfter().isBefore(Instant.now())) {
                Events.warn(
                        "Stored certificate has expired",
                        "certificate",
                        file.toString(),
                        "not_after",
                        certificate.notAfter().toString());
            }
            return certificate;
        } catch (CertificateUnusable e) {
            Events.warn("Stored certificate cannot be used", "certificate", file.toString(), "error", e.getMessage());
            return null;
        }
    }
}
