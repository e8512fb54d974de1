package dev.sluice.service;

/**
 * A command of the control plane that could not be carried out. The message is one line for the operator, and for the
 * most part kamal-proxy's words, which people know and search for.
 */
public class ControlFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** What went wrong, for callers that decide by it. */
    public enum Kind {
        /** The request contradicts itself or names something that cannot be. */
        INVALID,
        /** No service of that name. */
        NOT_FOUND,
        /** It clashes with what is there. */
        CONFLICT,
        /** The new targets did not become healthy. */
        UNHEALTHY
    }

    private final Kind kind;

    public ControlFailure(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** The words that a person gets; never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    public static ControlFailure serviceNotFound() {
        return new ControlFailure(Kind.NOT_FOUND, "service not found");
    }

    public static ControlFailure hostConflict() {
        return new ControlFailure(Kind.CONFLICT, "host settings conflict with another service");
    }

    public static ControlFailure rolloutTargetNotSet() {
        return new ControlFailure(Kind.CONFLICT, "rollout target not set");
    }
}
