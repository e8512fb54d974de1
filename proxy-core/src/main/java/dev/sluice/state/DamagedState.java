package dev.sluice.state;

/** A state file that is not what was written: cut off, overwritten, or no list of services at all. */
final class DamagedState extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedState(String message) {
        super(message);
    }
}
