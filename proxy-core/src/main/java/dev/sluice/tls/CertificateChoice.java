package dev.sluice.tls;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Several pairs of files of one service. The one that names the host answers, then one with a wildcard for it, then the
 * first; where two are equally good, the client's ability decides between ECDSA, which is cheaper, and RSA. A single
 * pair answers for every name.
 */
final class CertificateChoice implements CertificateSource {
    private final List<CertificatePair> pairs;
    private final List<String> hosts;

    /**
     * @param hosts that are served with them, to tell how they stand
     */
    CertificateChoice(List<CertificatePair> pairs, List<String> hosts) {
        this.pairs = List.copyOf(pairs);
        this.hosts = List.copyOf(hosts);
    }

    @Override
    public @Nullable Certificate find(String serverName) {
        return find(serverName, ClientHello.of(serverName));
    }

    @Override
    public @Nullable Certificate find(String serverName, ClientHello hello) {
        if (pairs.size() == 1) {
            return pairs.getFirst().current();
        }
        Certificate first = null;
        Certificate best = null;
        int bestRank = -1;
        for (CertificatePair pair : pairs) {
            Certificate certificate = pair.current();
            if (certificate == null) {
                continue;
            }
            first = first == null ? certificate : first;
            int rank = rank(certificate, serverName, first) * 4 + suits(certificate, hello);
            if (rank > bestRank) {
                best = certificate;
                bestRank = rank;
            }
        }
        return best;
    }

    private static int rank(Certificate certificate, String serverName, Certificate first) {
        List<String> names = certificate.names();
        if (names.contains(serverName)) {
            return 3;
        }
        if (certificate.covers(serverName)) {
            return 2;
        }
        return names.equals(first.names()) ? 1 : 0;
    }

    private static int suits(Certificate certificate, ClientHello hello) {
        return switch (certificate.key().getAlgorithm()) {
            case "EC" -> hello.ecdsa() ? 3 : 0;
            case "RSA" -> 2;
            default -> 1;
        };
    }

    @Override
    public @Nullable CompletionStage<Certificate> obtain(String serverName, ClientHello hello) {
        return null;
    }

    @Override
    public Collection<Certificate> served() {
        return pairs.stream()
                .map(CertificatePair::current)
                .filter(Objects::nonNull)
                .toList();
    }

    @Override
    public List<CertificateStatus> statuses() {
        return FileStatus.of(pairs, hosts, Instant.now());
    }

    @Override
    public @Nullable String fault() {
        // Asked for every request; a stream would cost more than all the rest of it.
        for (CertificatePair pair : pairs) {
            if (pair.current() != null) {
                return null;
            }
        }
        return pairs.getFirst().problem();
    }

    @Override
    public void close() {
        pairs.forEach(CertificatePair::close);
    }
}
