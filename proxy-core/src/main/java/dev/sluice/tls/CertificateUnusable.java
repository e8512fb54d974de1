package dev.sluice.tls;

/** A certificate that cannot be served. The message names the file and what is wrong, for the operator. */
public final class CertificateUnusable extends Exception {
    private static final long serialVersionUID = 1L;

    public CertificateUnusable(String message) {
        super(message);
    }

    /** The words for the operator; never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
