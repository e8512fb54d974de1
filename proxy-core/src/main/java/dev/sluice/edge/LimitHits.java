package dev.sluice.edge;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How often each limit struck since the start. For any thread. */
public final class LimitHits {
    private final Map<Limit, LongAdder> counts = new ConcurrentHashMap<>();

    public void hit(Limit limit) {
        counts.computeIfAbsent(limit, _ -> new LongAdder()).increment();
    }

    public long count(Limit limit) {
        LongAdder count = counts.get(limit);
        return count == null ? 0 : count.sum();
    }
}
