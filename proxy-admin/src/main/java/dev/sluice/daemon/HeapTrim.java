package dev.sluice.daemon;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Has the heap collected when it has grown by half, and when it has been large for long. What is alive in a burst of connections is moved to the old
 * generation, and the serial collector looks there only when the heap can grow no further: a burst of a few seconds
 * would leave 100 MiB of what is long dead resident for months. Looks every few seconds on a virtual thread of its own.
 */
final class HeapTrim implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    // Never below: with little alive, a collection takes some milliseconds and gains nothing.
    private static final long FLOOR_BYTES = 24 << 20;
    // Half an hour: those who were alive at the last collection may have left, and it can grow no further by half.
    private static final int MOST_LOOKS = 360;

    private final LongSupplier committed;
    private final Runnable collection;
    private final Thread thread;
    // Of the thread alone: bytes of the heap after the last collection.
    private long settled = FLOOR_BYTES;
    // Since then.
    private int looks;

    /** Of this JVM. */
    static HeapTrim start() {
        HeapTrim trim = new HeapTrim(Runtime.getRuntime()::totalMemory, System::gc);
        trim.thread.start();
        return trim;
    }

    /**
     * Not started.
     *
     * @param committed bytes that the heap has of the system
     */
    HeapTrim(LongSupplier committed, Runnable collection) {
        this.committed = committed;
        this.collection = collection;
        this.thread = Thread.ofVirtual().name("heap-trim").unstarted(this::run);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(INTERVAL);
                look();
            }
        } catch (InterruptedException _) {
            // Closed.
        }
    }

    void look() {
        looks++;
        long base = looks < MOST_LOOKS ? settled : FLOOR_BYTES;
        if (committed.getAsLong() > base + base / 2) {
            collection.run();
            settled = Math.max(FLOOR_BYTES, committed.getAsLong());
            looks = 0;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
