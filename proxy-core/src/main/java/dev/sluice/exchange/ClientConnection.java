package dev.sluice.exchange;

/** One client connection, as those who end it see it. On its event loop only. */
public interface ClientConnection {

    /** Takes no new requests: closes when the ones under way are done, at once if there are none. */
    void finish();

    /** Whether something is still on its way that {@link #finish} waits for: a request, or bytes of its answer. */
    boolean busy();

    /**
     * Ends what has taken longer than the client may take. Called every now and then.
     *
     * @param now of the worker's clock
     */
    void look(long now);

    /** Closes now, whatever is under way. */
    void close();
}
