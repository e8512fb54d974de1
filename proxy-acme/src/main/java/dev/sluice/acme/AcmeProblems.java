package dev.sluice.acme;

import java.net.ConnectException;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;

/** What authorities and their library say, in words that an operator can act on. */
final class AcmeProblems {
    private static final String PREFIX = "urn:ietf:params:acme:error:";

    private AcmeProblems() {}

    /** Whether this is the authority's error of that type (RFC 8555 6.7). */
    static boolean is(Throwable failure, String type) {
        AcmeServerException server = server(failure);
        return server != null && server.getType().toString().equals(PREFIX + type);
    }

    private static @Nullable AcmeServerException server(@Nullable Throwable failure) {
        return failure == null || failure instanceof AcmeServerException
                ? (AcmeServerException) failure
                : server(failure.getCause());
    }

    /** What went wrong between us and the authority. */
    static OrderFailed failure(Throwable failure, Issuer issuer) {
        AcmeServerException server = server(failure);
        if (server instanceof AcmeRateLimitedException limited) {
            // Without a time of its own this one is safe with every limit that is known.
            Instant until =
                    limited.getRetryAfter().orElseGet(() -> Instant.now().plus(1, ChronoUnit.HOURS));
            return new OrderFailed(
                    "rate limited until " + until.truncatedTo(ChronoUnit.SECONDS) + ": " + detail(limited.getProblem()),
                    false,
                    until);
        }
        if (server != null) {
            return failure(server.getProblem(), issuer);
        }
        String host = URI.create(issuer.directory()).getAuthority();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return OrderFailed.because("the name of the authority " + host + " is not found in DNS");
            }
            if (cause instanceof ConnectException) {
                return OrderFailed.because("the authority " + host + " does not accept connections from here");
            }
        }
        Throwable root =
                failure instanceof AcmeNetworkException && failure.getCause() != null ? failure.getCause() : failure;
        return OrderFailed.because("the authority " + host + " cannot be asked: "
                + (root.getMessage() == null ? root.toString() : root.getMessage()));
    }

    /** What the authority has against an order or an account. */
    static OrderFailed failure(Problem problem, Issuer issuer) {
        Problem first = problem.getSubProblems().isEmpty()
                ? problem
                : problem.getSubProblems().getFirst();
        String detail = detail(first);
        String words = switch (type(first)) {
            case "caa" -> "a CAA record forbids this authority to certify the name: " + detail;
            case "rejectedIdentifier" -> "the authority does not certify this name: " + detail;
            case "externalAccountRequired" ->
                "the authority wants an account bound to a customer (run --acme-eab-kid and --acme-eab-hmac): "
                        + detail;
            case "serverInternal" -> "the authority has trouble of its own: " + detail;
            case "userActionRequired" -> "the authority wants something done at its site: " + detail;
            default -> "the authority refuses: " + detail;
        };
        return OrderFailed.because(
                issuer.directory().contains("staging") ? words + " (in the staging environment)" : words);
    }

    /** Why the authority could not see that a name is ours. */
    static OrderFailed validation(Authorization authorization, ChallengeKind kind) {
        String name = authorization.getIdentifier().getValue();
        Problem problem = authorization
                .findChallenge(kind.type())
                .flatMap(challenge -> challenge.getError())
                .orElse(null);
        if (problem == null) {
            return new OrderFailed(kind.type() + " failed for " + name + ", without a reason", true, null);
        }
        String detail = kind.type() + ": " + detail(problem);
        int port = kind == ChallengeKind.TLS_ALPN_01 ? 443 : 80;
        String words = switch (type(problem)) {
            case "dns" -> "DNS has no address for " + name + " (" + detail + ")";
            case "connection" -> unreachable(name, kind, port, detail);
            case "caa" -> "a CAA record of " + name + " forbids this authority (" + detail + ")";
            case "rateLimited" -> "rate limited (" + detail + ")";
            case "tls", "unauthorized", "incorrectResponse" ->
                noConnection(detail) ? unreachable(name, kind, port, detail) : elsewhere(name, kind, detail);
            default -> name + " was not proved (" + detail + ")";
        };
        return new OrderFailed(words, !List.of("caa", "rateLimited").contains(type(problem)), null);
    }

    private static String unreachable(String name, ChallengeKind kind, int port, String detail) {
        if (kind == ChallengeKind.DNS_01) {
            return "the name servers of " + name + " do not answer (" + detail + ")";
        }
        return detail.toLowerCase(Locale.ROOT).contains("no such host")
                ? "DNS has no address for " + name + " (" + detail + ")"
                : "port " + port + " of " + name + " is not reachable (" + detail + ")";
    }

    // Some authorities do not use the type of error that is meant for this.
    private static boolean noConnection(String detail) {
        String lower = detail.toLowerCase(Locale.ROOT);
        return lower.contains("failed to connect") || lower.contains("refused") || lower.contains("timeout");
    }

    private static String elsewhere(String name, ChallengeKind kind, String detail) {
        return kind == ChallengeKind.DNS_01
                ? "the TXT record of " + name + " is not what it should be (" + detail + ")"
                : "DNS of " + name + " points elsewhere, or something in front answers (" + detail + ")";
    }

    private static String type(Problem problem) {
        String type = problem.getType().toString();
        return type.startsWith(PREFIX) ? type.substring(PREFIX.length()) : type;
    }

    private static String detail(Problem problem) {
        return problem.getDetail().or(problem::getTitle).orElseGet(() -> type(problem));
    }
}
