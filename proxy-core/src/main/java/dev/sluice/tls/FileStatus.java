package dev.sluice.tls;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How the certificates that the operator brings stand, for each host. For any thread; looks at memory only. */
final class FileStatus {
    /** What is left of a certificate's life when the operator is to be told. */
    static final Duration NEAR_EXPIRY = Duration.ofDays(14);

    private FileStatus() {}

    /**
     * @param hosts that are served with them; where none is named, each certificate stands for itself
     */
    static List<CertificateStatus> of(List<CertificatePair> pairs, List<String> hosts, Instant now) {
        List<String> named = hosts.stream().filter(host -> !host.isEmpty()).toList();
        return named.isEmpty()
                ? pairs.stream().map(pair -> of(name(pair), pair, now)).toList()
                : named.stream().map(host -> ofHost(host, pairs, now)).toList();
    }

    // Of several for a host the one that ends first: it is the one to be looked after.
    private static CertificateStatus ofHost(String host, List<CertificatePair> pairs, Instant now) {
        return pairs.stream()
                .filter(pair -> pair.current() != null && pair.current().covers(host))
                .map(pair -> of(host, pair, now))
                .min(java.util.Comparator.comparing(status -> Objects.requireNonNull(status.notAfter())))
                .orElseGet(() -> uncovered(host, pairs));
    }

    private static String name(CertificatePair pair) {
        Certificate certificate = pair.current();
        return certificate == null || certificate.names().isEmpty()
                ? pair.chain().toString()
                : certificate.names().getFirst();
    }

    private static CertificateStatus of(String name, CertificatePair pair, Instant now) {
        Certificate certificate = pair.current();
        String problem = pair.problem();
        if (certificate == null) {
            return status(name, CertificateStatus.State.MISSING, null, problem == null ? "" : problem);
        }
        if (problem != null) {
            problem = "the files as they are cannot be used, so those from before are served: " + problem;
        }
        if (!certificate.notAfter().isAfter(now)) {
            return status(
                    name, CertificateStatus.State.EXPIRED, certificate, problem == null ? replace(pair) : problem);
        }
        boolean soon = certificate.notAfter().isBefore(now.plus(NEAR_EXPIRY));
        return soon
                ? status(name, CertificateStatus.State.EXPIRING, certificate, problem == null ? replace(pair) : problem)
                : status(name, CertificateStatus.State.VALID, certificate, problem == null ? "" : problem);
    }

    private static String replace(CertificatePair pair) {
        return "put a new certificate in place of " + pair.chain();
    }

    private static CertificateStatus uncovered(String host, List<CertificatePair> pairs) {
        List<String> names = pairs.stream()
                .map(CertificatePair::current)
                .filter(Objects::nonNull)
                .flatMap(certificate -> certificate.names().stream())
                .distinct()
                .toList();
        if (pairs.stream().allMatch(pair -> pair.current() == null)) {
            String problem = pairs.getFirst().problem();
            return status(host, CertificateStatus.State.MISSING, null, problem == null ? "" : problem);
        }
        Certificate served = pairs.stream()
                .map(CertificatePair::current)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
        return status(
                host,
                CertificateStatus.State.WRONG_NAME,
                served,
                "no certificate names the host; there are names " + String.join(", ", names));
    }

    private static CertificateStatus status(
            String name, CertificateStatus.State state, @Nullable Certificate certificate, String error) {
        return new CertificateStatus(
                name,
                state,
                certificate == null ? "" : certificate.issuer(),
                certificate == null ? null : certificate.notAfter(),
                null,
                error,
                0);
    }
}
