package dev.sluice.tls;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** One block of a PEM text (RFC 7468), with the older headers of encrypted keys (RFC 1421) told apart. */
final class PemBlock {
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";

    private final String label;
    private final byte[] content;
    private final boolean encrypted;

    private PemBlock(String label, byte[] content, boolean encrypted) {
        this.label = label;
        this.content = content;
        this.encrypted = encrypted;
    }

    /** As in {@code -----BEGIN label-----}. */
    String label() {
        return label;
    }

    /** What was encoded, not to be written to; empty when it is encrypted. */
    byte[] content() {
        return content;
    }

    /** Whether headers say that the content is encrypted. */
    boolean encrypted() {
        return encrypted;
    }

    /**
     * All blocks of a text in their order; what stands between them is passed over.
     *
     * @param origin the file, for errors
     */
    static List<PemBlock> parse(String text, String origin) throws CertificateUnusable {
        List<PemBlock> blocks = new ArrayList<>();
        int begin = text.indexOf(BEGIN);
        while (begin >= 0) {
            int labelStart = begin + BEGIN.length();
            int labelEnd = text.indexOf(DASHES, labelStart);
            if (labelEnd < 0) {
                throw new CertificateUnusable(origin + " is cut off inside a BEGIN line");
            }
            String label = text.substring(labelStart, labelEnd);
            String endLine = "-----END " + label + DASHES;
            int end = text.indexOf(endLine, labelEnd);
            if (end < 0) {
                throw new CertificateUnusable(origin + " is cut off: the line " + endLine + " is missing");
            }
            blocks.add(block(label, text.substring(labelEnd + DASHES.length(), end), origin));
            begin = text.indexOf(BEGIN, end + endLine.length());
        }
        return blocks;
    }

    private static PemBlock block(String label, String body, String origin) throws CertificateUnusable {
        StringBuilder base64 = new StringBuilder(body.length());
        boolean encrypted = false;
        for (String line : body.lines().toList()) {
            if (line.indexOf(':') < 0) {
                base64.append(line.strip());
            } else if (line.startsWith("Proc-Type:") && line.contains("ENCRYPTED")) {
                encrypted = true;
            }
        }
        try {
            return new PemBlock(
                    label, encrypted ? new byte[0] : Base64.getDecoder().decode(base64.toString()), encrypted);
        } catch (IllegalArgumentException e) {
            throw new CertificateUnusable(origin + ": the block " + label + " is no base64: " + e.getMessage());
        }
    }
}
