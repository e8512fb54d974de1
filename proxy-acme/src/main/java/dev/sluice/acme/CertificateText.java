package dev.sluice.acme;

import dev.sluice.tls.Certificate;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/** Certificates as texts: as they are stored (key first, then the chain, in PEM) and as they are told of. */
final class CertificateText {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

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
}
