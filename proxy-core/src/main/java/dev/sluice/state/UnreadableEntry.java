package dev.sluice.state;

/** One entry of a state file that cannot be understood; the message names the key and what was expected there. */
final class UnreadableEntry extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableEntry(String message) {
        super(message);
    }
}
