package dev.sluice.tls;

import dev.sluice.observe.Events;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Looks at files again and again: one virtual thread calls everyone who asked for it, one after the other. Polling, and
 * not the kernel's notices, because those do not come from network file systems and overlays.
 */
public final class FilePoll implements AutoCloseable {
    /** Changes are seen within this time, give or take what the looks take. */
    public static final Duration INTERVAL = Duration.ofSeconds(2);

    private final List<Runnable> looks = new CopyOnWriteArrayList<>();
    private final Thread thread;

    public FilePoll() {
        this(INTERVAL);
    }

    public FilePoll(Duration interval) {
        this.thread = Thread.ofVirtual().name("file-poll").start(() -> run(interval));
    }

    /** Calls this at every turn, on the poll's thread, until it is {@link #remove removed}. */
    public void add(Runnable look) {
        looks.add(look);
    }

    public void remove(Runnable look) {
        looks.remove(look);
    }

    private void run(Duration interval) {
        try {
            while (true) {
                Thread.sleep(interval);
                looks.forEach(FilePoll::call);
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private static void call(Runnable look) {
        try {
            look.run();
        } catch (RuntimeException e) {
            Events.error("Looking at files failed", "error", e.toString());
        }
    }

    /** Ends the thread; a look that is under way may still finish. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
