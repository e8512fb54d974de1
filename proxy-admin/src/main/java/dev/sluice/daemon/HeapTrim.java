package dev.sluice.daemon;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Has the heap collected when it has grown by half; when it has grown a little and nothing goes on; and when it has been
 * large for long. What is alive in a burst of connections is moved to the old generation, and the serial collector looks
 * there only when the heap can grow no further: a burst of a few seconds would leave 100 MiB of what is long dead
 * resident for months. Looks every few seconds on a virtual thread of its own.
 */
final class HeapTrim implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    // Never below: with little alive, a collection takes some milliseconds and gains nothing.
    private static final long FLOOR_BYTES = 24 << 20;
    // What a collection has to gain in the quiet: those who come just then wait for it, if only some milliseconds.
    private static final long WORTH_BYTES = 4 << 20;
    // In an interval. Health checks of some dozen services are less, a few requests a second are more.
    private static final long QUIET_BYTES = 512 << 10;
    // Half an hour: those who were alive at the last collection may have left, and it can grow no further by half.
    private static final int MOST_LOOKS = 360;

    private final LongSupplier committed;
    private final LongSupplier used;
    private final Runnable collection;
    private final Thread thread;
    // Of the thread alone: bytes of the heap after the last collection, or at first.
    private long settled;
    // Since then.
    private int looks;
    private long usedBefore;

    /** Of this JVM. */
    static HeapTrim start() {
        Runtime runtime = Runtime.getRuntime();
        HeapTrim trim =
                new HeapTrim(runtime::totalMemory, () -> runtime.totalMemory() - runtime.freeMemory(), System::gc);
        trim.thread.start();
        return trim;
    }

    /**
     * Not started.
     *
     * @param committed bytes that the heap has of the system
     * @param used bytes of it that objects have, dead ones too
     */
    HeapTrim(LongSupplier committed, LongSupplier used, Runnable collection) {
        this.committed = committed;
        this.used = used;
        this.collection = collection;
        this.thread = Thread.ofVirtual().name("heap-trim").unstarted(this::run);
        this.settled = committed.getAsLong();
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
        long base = looks < MOST_LOOKS ? Math.max(FLOOR_BYTES, settled) : FLOOR_BYTES;
        long now = committed.getAsLong();
        if (now > base + base / 2 || (now > settled + WORTH_BYTES && quiet())) {
            collection.run();
            settled = committed.getAsLong();
            looks = 0;
        }
        usedBefore = used.getAsLong();
    }

    // Less is used when the young have been collected meanwhile, so something goes on then too.
    private boolean quiet() {
        long more = used.getAsLong() - usedBefore;
        return more >= 0 && more < QUIET_BYTES;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
