package dev.sluice.service;

/** Options that contradict one another; nothing was changed. The message is one line for the operator. */
public final class InvalidOptions extends ControlFailure {
    private static final long serialVersionUID = 1L;

    public InvalidOptions(String why) {
        super(Kind.INVALID, "service options invalid: " + why);
    }
}
