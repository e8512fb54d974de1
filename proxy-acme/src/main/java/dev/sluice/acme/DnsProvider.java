package dev.sluice.acme;

/** Makes and removes TXT records. Blocking. */
interface DnsProvider {

    /**
     * Adds a value; others of the same name stay.
     *
     * @param name absolute, with a dot at its end
     */
    void present(String name, String value) throws OrderFailed, InterruptedException;

    /** Removes the value; one that is not there is no failure. */
    void remove(String name, String value) throws OrderFailed, InterruptedException;
}
