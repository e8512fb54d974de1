package dev.sluice.tls;

import dev.sluice.observe.Events;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Certificates that operators bring as files. Blocking; for virtual threads. */
public final class FileCertificates {
    /** What is left of a certificate's life when a deploy warns of its end. */
    static final Duration NEAR_EXPIRY = Duration.ofDays(14);

    private final FilePoll poll;

    /**
     * A chain and its key.
     *
     * @param chain PEM, the server's own certificate first
     */
    public record Files(Path chain, Path key) {}

    /**
     * @param poll looks for changed files; closed by whoever made it
     */
    public FileCertificates(FilePoll poll) {
        this.poll = poll;
    }

    /**
     * Opens pairs that all have to be good now, and follows their changes until the source is closed.
     *
     * @param pairs at least one
     * @throws CertificateUnusable when one is not; nothing is watched then
     */
    public CertificateSource open(List<Files> pairs) throws CertificateUnusable {
        List<CertificatePair> opened = new ArrayList<>();
        for (Files files : pairs) {
            CertificatePair pair = new CertificatePair(files.chain(), files.key(), poll);
            pair.open();
            opened.add(pair);
        }
        opened.forEach(CertificatePair::watch);
        return new CertificateChoice(opened);
    }

    /** Opens pairs that may be bad or missing: while none is good the source has a fault. */
    public CertificateSource openLater(List<Files> pairs) {
        List<CertificatePair> opened = new ArrayList<>();
        for (Files files : pairs) {
            CertificatePair pair = new CertificatePair(files.chain(), files.key(), poll);
            pair.openLater();
            pair.watch();
            opened.add(pair);
        }
        return new CertificateChoice(opened);
    }

    /** Tells the operator of certificates that end soon, and of hosts that none of them names. */
    public static void review(String origin, CertificateSource source, List<String> hosts) {
        Instant now = Instant.now();
        for (Certificate certificate : source.served()) {
            Duration left = Duration.between(now, certificate.notAfter());
            if (left.compareTo(NEAR_EXPIRY) < 0) {
                Events.warn(
                        left.isNegative() ? "Certificate has expired" : "Certificate expires soon",
                        "certificate",
                        origin,
                        "names",
                        certificate.names(),
                        "not_after",
                        certificate.notAfter().toString(),
                        "days_left",
                        left.toDays());
            }
        }
        for (String host : hosts) {
            if (!host.isEmpty() && source.served().stream().noneMatch(c -> c.covers(host))) {
                Events.warn("Certificate does not name the host", "certificate", origin, "host", host);
            }
        }
    }
}
