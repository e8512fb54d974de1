package dev.sluice.acme;

import dev.sluice.tls.Certificate;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates as texts: as they are stored (key first, then the chain, in PEM) and as they are told of. */
final class CertificateText {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});
    private static final Pattern ORGANISATION = Pattern.compile("(?:^|,)O=\"?((?:[^,\\\\]|\\\\.)+)");
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=\"?((?:[^,\\\\]|\\\\.)+)");

    private CertificateText() {}

    static byte[] of(Certificate certificate) {
        StringBuilder text = new StringBuilder();
        text.append(block("PRIVATE KEY", certificate.key().getEncoded()));
        for (X509Certificate one : certificate.chain()) {
            try {
                text.append(block("CERTIFICATE", one.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("it was decoded", e);
            }
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    static String block(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n" + LINES.encodeToString(content) + "\n-----END " + label + "-----\n";
    }

    /** Who signed it, such as {@code Let's Encrypt R11}. */
    static String issuer(Certificate certificate) {
        String name = certificate.chain().getFirst().getIssuerX500Principal().getName();
        Matcher organisation = ORGANISATION.matcher(name);
        Matcher commonName = COMMON_NAME.matcher(name);
        String text = (organisation.find() ? organisation.group(1) : "") + " "
                + (commonName.find() ? commonName.group(1) : "");
        return text.isBlank() ? name : text.strip().replace("\\", "");
    }

    /** The hosts and addresses that it is for, in lower case. */
    static Set<String> names(Certificate certificate) {
        Set<String> names = new HashSet<>();
        try {
            Collection<List<?>> alternatives = certificate.chain().getFirst().getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    names.add(String.valueOf(alternative.get(1)).toLowerCase(Locale.ROOT));
                }
            }
        } catch (CertificateParsingException e) {
            // Unreadable names are none.
            names.clear();
        }
        return names;
    }
}
