package dev.sluice.tls;

import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * A certificate chain and its key, parsed and known to belong together. Compared by identity: a renewed certificate is
 * another object.
 */
public final class Certificate {
    // RFC 5280 4.2.1.6: the tag of dNSName.
    private static final int DNS_NAME = 2;

    private final List<X509Certificate> chain;
    private final PrivateKey key;
    private final List<String> names;

    /**
     * @param chain the server's own certificate first; not empty
     */
    public Certificate(List<X509Certificate> chain, PrivateKey key) {
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a certificate chain needs a certificate");
        }
        this.chain = List.copyOf(chain);
        this.key = key;
        this.names = dnsNames(chain.getFirst());
    }

    public List<X509Certificate> chain() {
        return chain;
    }

    public PrivateKey key() {
        return key;
    }

    /** The host names that the certificate is for, in lower case; {@code *.x} is any one label in front of x. */
    public List<String> names() {
        return names;
    }

    /** Whether the certificate is for a host, which may itself be a wildcard (RFC 9525 6.3). */
    public boolean covers(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        int dot = lower.indexOf('.');
        return names.contains(lower) || (dot > 0 && names.contains("*" + lower.substring(dot)));
    }

    private static List<String> dnsNames(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> name : alternatives) {
                    if (name.getFirst() instanceof Integer type
                            && type == DNS_NAME
                            && name.get(1) instanceof String s) {
                        names.add(s.toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException e) {
            // Names that cannot be read are none: no client can read them either.
            return List.of();
        }
        return List.copyOf(names);
    }

    /** When the server's certificate stops being valid. */
    public Instant notAfter() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /** Whether another object holds the very same chain and key. */
    public boolean sameContent(Certificate other) {
        return chain.equals(other.chain) && key.equals(other.key);
    }
}
