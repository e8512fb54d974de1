package dev.sluice.cli;

/** A command line that cannot be carried out as it stands. The message goes to the user after {@code Error: }. */
final class CommandFailed extends Exception {
    private static final long serialVersionUID = 1L;

    CommandFailed(String message) {
        super(message);
    }

    /** The words for the user; never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
