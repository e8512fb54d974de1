package dev.sluice.acme;

import dev.sluice.tls.Certificate;
import dev.sluice.tls.ChallengeAnswers;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The answers to challenges of orders that are under way. Orders add and remove them, event loops read. Nobody asks the
 * on-demand check before answering: there is an answer only for what this server has ordered, which the check has allowed
 * then, and who reads it learns nothing, for a token's answer is of use to the account's authority alone (RFC 8555 10.1).
 */
final class PendingChallenges implements ChallengeAnswers {
    private final Map<String, String> texts = new ConcurrentHashMap<>();
    private final Map<String, Certificate> certificates = new ConcurrentHashMap<>();

    @Override
    public @Nullable String http01(String token) {
        return texts.get(token);
    }

    @Override
    public @Nullable Certificate tlsAlpn01(String serverName) {
        return certificates.get(serverName.toLowerCase(Locale.ROOT));
    }

    void addText(String token, String authorization) {
        texts.put(token, authorization);
    }

    void removeText(String token) {
        texts.remove(token);
    }

    void addCertificate(String serverName, Certificate certificate) {
        certificates.put(serverName, certificate);
    }

    void removeCertificate(String serverName, Certificate certificate) {
        certificates.remove(serverName, certificate);
    }
}
