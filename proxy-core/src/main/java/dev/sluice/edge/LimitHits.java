package dev.sluice.edge;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often each limit struck since the start, and now and then a word about it. For any thread, cheap: clients who
 * strike limits on purpose must not fill a log with it.
 */
public final class LimitHits {
    private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    private final Map<Limit, Count> counts = new EnumMap<>(Limit.class);
    private final Listener listener;

    /** Hears of the first hit of a limit, and after that at most once a minute of each limit. */
    public interface Listener {
        /**
         * @param client address of the one who struck it this time; empty when unknown
         * @param hits since the listener last heard of this limit
         */
        void struck(Limit limit, String client, long hits);
    }

    public LimitHits(Listener listener) {
        this.listener = listener;
        for (Limit limit : Limit.values()) {
            counts.put(limit, new Count());
        }
    }

    public LimitHits() {
        this((_, _, _) -> {});
    }

    public void hit(Limit limit) {
        hit(limit, "");
    }

    /**
     * @param client address, for the listener
     */
    public void hit(Limit limit, String client) {
        Count count = of(limit);
        count.hits.increment();
        long now = System.nanoTime();
        long due = count.due.get();
        if (now - due >= 0 && count.due.compareAndSet(due, now + PAUSE_NANOS)) {
            long hits = count.hits.sum();
            listener.struck(limit, client, hits - count.told.getAndSet(hits));
        }
    }

    public long count(Limit limit) {
        return of(limit).hits.sum();
    }

    private Count of(Limit limit) {
        Count count = counts.get(limit);
        if (count == null) {
            throw new IllegalStateException("no count of " + limit);
        }
        return count;
    }

    private static final class Count {
        final LongAdder hits = new LongAdder();
        final AtomicLong told = new AtomicLong();
        final AtomicLong due = new AtomicLong(System.nanoTime());
    }
}
