package dev.sluice.tls;

/** A server name that may not have a certificate, or is not asked for now. The message says why, for the operator. */
public final class NameNotAllowed extends Exception {
    private static final long serialVersionUID = 1L;

    public NameNotAllowed(String message) {
        super(message);
    }
}
