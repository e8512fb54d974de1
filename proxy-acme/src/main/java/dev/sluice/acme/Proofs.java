package dev.sluice.acme;

import dev.sluice.tls.Certificate;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.challenge.Dns01Challenge;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.challenge.TlsAlpn01Challenge;

/** Publishes what proves a name to an authority, and takes it away again. Blocking. */
final class Proofs {
    private final PendingChallenges pending;
    private final DnsOptions options;
    private @Nullable Dns01 dns;

    Proofs(PendingChallenges pending, DnsOptions options) {
        this.pending = pending;
        this.options = options;
    }

    /** What has been published. */
    interface Proof {
        /** Waits until the authority can see it. */
        default void await() throws OrderFailed, InterruptedException {}

        /** Takes it away; whatever goes wrong with that is logged. */
        void withdraw();
    }

    Proof publish(Identifier name, Challenge challenge)
            throws OrderFailed, GeneralSecurityException, InterruptedException {
        return switch (challenge) {
            case Http01Challenge http -> {
                pending.addText(http.getToken(), http.getAuthorization());
                yield () -> pending.removeText(http.getToken());
            }
            case TlsAlpn01Challenge alpn -> certificate(name, alpn);
            case Dns01Challenge record -> dns().publish(record.getRRName(name), record.getDigest());
            case Challenge other when other.getType().equals(ChallengeKind.DNS_PERSIST_01.type()) -> () -> {};
            default -> throw OrderFailed.because("the challenge " + challenge.getType() + " is unknown");
        };
    }

    private Proof certificate(Identifier name, TlsAlpn01Challenge alpn) throws GeneralSecurityException {
        // The kind of key that the library signs these certificates with.
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair key = generator.generateKeyPair();
        X509Certificate certificate = alpn.createCertificate(key, name);
        Certificate served = new Certificate(List.of(certificate), key.getPrivate());
        String serverName = name.getType().equals(Identifier.TYPE_IP) ? ReverseName.of(name.getIP()) : name.getDomain();
        pending.addCertificate(serverName, served);
        return () -> pending.removeCertificate(serverName, served);
    }

    private synchronized Dns01 dns() {
        if (dns == null) {
            dns = new Dns01(options);
        }
        return dns;
    }
}
