package dev.sluice.wire;

import java.io.Serial;

/** Why bytes are no message, or one that is not to be read. Thrown while they are read, and told to the listener. */
public final class MalformedMessage extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1;

    /** What is wrong. */
    public enum Kind {
        SYNTAX,
        /** The first line is longer than it may be. */
        LINE_TOO_LONG,
        /** The fields have more bytes than they may have. */
        FIELDS_TOO_LARGE,
        TOO_MANY_FIELDS
    }

    private final Kind kind;

    MalformedMessage(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    static MalformedMessage syntax(String message) {
        return new MalformedMessage(Kind.SYNTAX, message);
    }

    public Kind kind() {
        return kind;
    }

    // Clients make these by the thousand, and nobody looks where in here it was noticed.
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
