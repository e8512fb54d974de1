package dev.sluice.tls;

import dev.sluice.observe.Events;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Certificates that operators bring as files. Blocking; for virtual threads. */
public final class FileCertificates {
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
     * Opens pairs that all have to be good now, and follows their changes until the source is closed. Tells the operator
     * of those that end soon, and of hosts that none of them names.
     *
     * @param pairs at least one
     * @param hosts that are served with them; empty ones are passed over
     * @throws CertificateUnusable when one is not; nothing is watched then
     */
    public CertificateSource open(List<Files> pairs, List<String> hosts) throws CertificateUnusable {
        List<CertificatePair> opened = new ArrayList<>();
        for (Files files : pairs) {
            CertificatePair pair = new CertificatePair(files.chain(), files.key(), poll);
            pair.open();
            opened.add(pair);
        }
        review(opened, hosts);
        opened.forEach(CertificatePair::watch);
        return new CertificateChoice(opened, hosts);
    }

    /** Opens pairs that may be bad or missing: while none is good the source has a fault. */
    public CertificateSource openLater(List<Files> pairs, List<String> hosts) {
        List<CertificatePair> opened = new ArrayList<>();
        for (Files files : pairs) {
            CertificatePair pair = new CertificatePair(files.chain(), files.key(), poll);
            pair.openLater();
            pair.watch();
            opened.add(pair);
        }
        return new CertificateChoice(opened, hosts);
    }

    // A deploy succeeds with such certificates all the same: the operator may know.
    private static void review(List<CertificatePair> pairs, List<String> hosts) {
        for (CertificatePair pair : pairs) {
            Certificate certificate = pair.current();
            if (certificate != null) {
                warnOfExpiry(pair.chain(), certificate);
            }
        }
        for (String host : hosts) {
            if (!host.isEmpty()
                    && pairs.stream()
                            .noneMatch(p -> p.current() != null && p.current().covers(host))) {
                Events.warn(
                        "No certificate names the host",
                        "host",
                        host,
                        "certificates",
                        pairs.stream().map(p -> p.chain().toString()).toList());
            }
        }
    }

    private static void warnOfExpiry(Path chain, Certificate certificate) {
        Duration left = Duration.between(Instant.now(), certificate.notAfter());
        if (left.compareTo(FileStatus.NEAR_EXPIRY) < 0) {
            Events.warn(
                    left.isNegative() ? "Certificate has expired" : "Certificate expires soon",
                    "certificate",
                    chain.toString(),
                    "not_after",
                    certificate.notAfter().toString(),
                    "days_left",
                    left.toDays());
        }
    }
}
