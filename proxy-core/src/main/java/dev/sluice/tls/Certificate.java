package dev.sluice.tls;

import io.netty.util.NetUtil;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate chain and its key, parsed and known to belong together. Compared by identity: a renewed certificate is
 * another object.
 */
public final class Certificate {
    // RFC 5280 4.2.1.6: the tags of dNSName and iPAddress.
    private static final int DNS_NAME = 2;
    private static final int ADDRESS = 7;

    private static final Pattern ORGANISATION = Pattern.compile("(?:^|,)O=\"?((?:[^,\\\\]|\\\\.)+)");
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=\"?((?:[^,\\\\]|\\\\.)+)");

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
        this.names = names(chain.getFirst());
    }

    public List<X509Certificate> chain() {
        return chain;
    }

    public PrivateKey key() {
        return key;
    }

    /**
     * The hosts that the certificate is for, in lower case; {@code *.x} is any one label in front of x. Addresses are
     * spelled as RFC 5952 has it.
     */
    public List<String> names() {
        return names;
    }

    /** Whether the certificate is for a host, which may itself be a wildcard (RFC 9525 6.3). */
    public boolean covers(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        int dot = lower.indexOf('.');
        return names.contains(lower) || (dot > 0 && names.contains("*" + lower.substring(dot)));
    }

    private static List<String> names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> name : alternatives) {
                    if (name.getFirst() instanceof Integer type && name.get(1) instanceof String s) {
                        switch (type) {
                            case DNS_NAME -> names.add(s.toLowerCase(Locale.ROOT));
                            case ADDRESS -> names.add(NetUtil.bytesToIpAddress(bytes(s)));
                            default -> {} // no host's
                        }
                    }
                }
            }
        } catch (CertificateParsingException e) {
            // Names that cannot be read are none: no client can read them either.
            return List.of();
        }
        return List.copyOf(names);
    }

    private static byte[] bytes(String address) {
        return Objects.requireNonNull(NetUtil.createByteArrayFromIpAddressString(address), "an address by its making");
    }

    /** Who signed it, such as {@code Let's Encrypt R11}. */
    public String issuer() {
        String name = chain.getFirst().getIssuerX500Principal().getName();
        Matcher organisation = ORGANISATION.matcher(name);
        Matcher commonName = COMMON_NAME.matcher(name);
        String text = (organisation.find() ? organisation.group(1) : "") + " "
                + (commonName.find() ? commonName.group(1) : "");
        return text.isBlank() ? name : text.strip().replace("\\", "");
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
