package dev.sluice.observe;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes log lines to a stream on one thread of its own. Anyone may {@link #offer}, event loops included: it takes no
 * lock, never waits, and drops the entry when the stream cannot keep up. While lines keep coming the thread looks for
 * them every few milliseconds, so that nobody pays for waking it; only after a pause does the first line wake it.
 */
public final class LogWriter implements AutoCloseable {
    private static final long BATCH_WAIT_NANOS = Duration.ofMillis(2).toNanos();
    // A dozen lines: what takes long enough that a request would be kept waiting is not done in one go, see run().
    private static final int BATCH_BYTES = 7 * 1024;
    // Some batches: a write costs as much by itself as its bytes do.
    private static final int WRITE_BYTES = 32 * 1024;
    // Lines that come in some milliseconds of full load.
    private static final int MANY = 512;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);
    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(10);

    private final OutputStream out;
    /** Lines that may wait in the daemon: a burst of some seconds, in some megabytes. */
    public static final int CAPACITY = 32 * 1024;

    private final int capacity;
    private final long reportIntervalNanos;
    private final Queue<LogEntry> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final LongAdder dropped = new LongAdder();
    private final Thread thread;
    private volatile boolean asleep;
    private volatile boolean closed;

    // Of the writing thread alone.
    private final JsonLine lines = new JsonLine();
    private int linesInBatch;
    private long reported;
    private long nextReportNanos = System.nanoTime();

    /**
     * Starts the thread.
     *
     * @param out not closed by this writer
     * @param capacity lines that may wait to be written
     */
    public LogWriter(OutputStream out, int capacity) {
        this(out, capacity, REPORT_INTERVAL);
    }

    LogWriter(OutputStream out, int capacity, Duration reportInterval) {
        this.out = out;
        this.capacity = capacity;
        this.reportIntervalNanos = reportInterval.toNanos();
        this.thread = Thread.ofPlatform().name("log-writer").daemon().unstarted(this::run);
        thread.start();
    }

    /** Has an entry written; false, and counted, when there is no room for it or the writer was closed. */
    public boolean offer(LogEntry entry) {
        if (closed || queued.get() >= capacity) {
            dropped.increment();
            return false;
        }
        queued.incrementAndGet();
        queue.add(entry);
        if (asleep) {
            wake();
        }
        return true;
    }

    /** Lines lost so far: no room, or the stream did not take them. */
    public long dropped() {
        return dropped.sum();
    }

    /** Writes what is queued, waiting a few seconds at most. Later entries are dropped. */
    @Override
    public void close() {
        closed = true;
        wake();
        try {
            thread.join(CLOSE_LIMIT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        asleep = false;
        LockSupport.unpark(thread);
    }

    private void run() {
        while (true) {
            // Read before the queue: what was offered before the writer was closed is written.
            boolean last = closed;
            boolean more = encodeBatch();
            boolean some = lines.length() > 0;
            reportDrops(last && !more);
            if (!more || lines.length() >= WRITE_BYTES) {
                write();
            }
            if (more) {
                // An event loop that shares the CPU goes first, unless it is so busy that lines pile up.
                if (queued.get() < MANY) {
                    Thread.yield();
                }
                continue;
            }
            if (last) {
                return;
            }
            if (some) {
                LockSupport.parkNanos(this, BATCH_WAIT_NANOS);
            } else {
                sleep();
            }
        }
    }

    private void sleep() {
        asleep = true;
        // Whoever offers looks at the flag after queueing, and this at the queue after the flag: one of them sees.
        while (asleep && queue.isEmpty() && !closed) {
            if (reported == dropped.sum()) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, reportIntervalNanos);
                break;
            }
        }
        asleep = false;
    }

    // True when the batch is full and there may be more.
    private boolean encodeBatch() {
        int full = lines.length() + BATCH_BYTES;
        while (lines.length() < full) {
            LogEntry entry = queue.poll();
            if (entry == null) {
                return false;
            }
            queued.decrementAndGet();
            encode(entry);
        }
        return true;
    }

    private void encode(LogEntry entry) {
        lines.begin();
        try {
            entry.writeTo(lines);
        } catch (RuntimeException e) {
            lines.undo();
            lines.begin();
            head("ERROR", "Unable to encode log entry");
            lines.field("error", e.toString());
        }
        lines.end();
        linesInBatch++;
    }

    private void reportDrops(boolean last) {
        long lost = dropped.sum() - reported;
        long now = System.nanoTime();
        if (lost > 0 && (last || now - nextReportNanos >= 0)) {
            nextReportNanos = now + reportIntervalNanos;
            write();
            lines.begin();
            head("WARN", "Log lines dropped");
            lines.field("count", lost);
            lines.end();
            if (write()) {
                reported += lost;
            }
        }
    }

    private void head(String level, String message) {
        Instant now = Instant.now();
        lines.head(now.getEpochSecond(), now.getNano(), level, message);
    }

    // False when the stream failed: its reader is gone, or its disk is full, and that may pass.
    private boolean write() {
        if (lines.length() == 0) {
            return true;
        }
        try {
            lines.writeTo(out);
            out.flush();
            return true;
        } catch (IOException _) {
            dropped.add(linesInBatch);
            return false;
        } finally {
            linesInBatch = 0;
            lines.clear();
        }
    }
}
