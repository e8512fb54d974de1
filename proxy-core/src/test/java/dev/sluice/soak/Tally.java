package dev.sluice.soak;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** What became of the requests: how many of each kind were answered as they should, and each that was not. */
final class Tally {
    private static final int MOST = 100;

    private final Map<String, LongAdder> right = new ConcurrentHashMap<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

    void right(String kind) {
        right.computeIfAbsent(kind, _ -> new LongAdder()).increment();
    }

    void wrong(String kind, String what) {
        if (wrong.size() < MOST) {
            wrong.add(kind + ": " + what);
        }
    }

    List<String> wrong() {
        return List.copyOf(wrong);
    }

    long count(String kind) {
        LongAdder count = right.get(kind);
        return count == null ? 0 : count.sum();
    }

    @Override
    public String toString() {
        return new TreeMap<>(right) + (wrong.isEmpty() ? "" : ", wrong: " + wrong);
    }
}
