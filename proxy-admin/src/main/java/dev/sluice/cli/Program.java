package dev.sluice.cli;

/**
 * The name the program was started by. Under kamal-proxy's it says and takes what kamal-proxy does, no more and no
 * less; under its own it also has what is better.
 */
enum Program {
    SLUICE("sluice"),
    KAMAL_PROXY("kamal-proxy");

    private final String title;

    Program(String title) {
        this.title = title;
    }

    /** The program by the name that the launcher found in argv[0]. */
    static Program named(String name) {
        return name.equals(KAMAL_PROXY.title) ? KAMAL_PROXY : SLUICE;
    }

    @Override
    public String toString() {
        return title;
    }
}
