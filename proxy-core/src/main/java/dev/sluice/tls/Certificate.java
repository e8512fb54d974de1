package dev.sluice.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A certificate chain and its key, parsed and known to belong together. Compared by identity: a renewed certificate is
 * another object.
 */
public final class Certificate {
    private final List<X509Certificate> chain;
    private final PrivateKey key;

    /**
     * @param chain the server's own certificate first; not empty
     */
    public Certificate(List<X509Certificate> chain, PrivateKey key) {
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a certificate chain needs a certificate");
        }
        this.chain = List.copyOf(chain);
        this.key = key;
    }

    public List<X509Certificate> chain() {
        return chain;
    }

    public PrivateKey key() {
        return key;
    }

    /** When the server's certificate stops being valid. */
    public Instant notAfter() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /** Whether another object holds the very same chain and key. */
    boolean sameContent(Certificate other) {
        return chain.equals(other.chain) && key.equals(other.key);
    }
}
