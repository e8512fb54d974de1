package dev.sluice.service;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the requests in flight at one target and can refuse new ones, in one word: whoever closes it knows that no
 * claim can succeed afterwards, and whoever claimed before is counted. {@link #claim} and {@link #release} are called
 * on event loops and never block (a release wakes a waiting drain, under a lock that is held for moments only).
 */
final class Inflight {
    private static final long CLOSED = 1L << 62;

    private final AtomicLong word = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();
    private volatile int waiting;

    /** Counts one more request, or refuses it because the count was closed. */
    boolean claim() {
        while (true) {
            long seen = word.get();
            if ((seen & CLOSED) != 0) {
                return false;
            }
            if (word.compareAndSet(seen, seen + 1)) {
                return true;
            }
        }
    }

    void release() {
        long left = word.decrementAndGet() & ~CLOSED;
        if (left == 0 && waiting > 0) {
            lock.lock();
            try {
                released.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    long count() {
        return word.get() & ~CLOSED;
    }

    boolean closed() {
        return (word.get() & CLOSED) != 0;
    }

    /** From here on every claim is refused. */
    void close() {
        word.getAndUpdate(seen -> seen | CLOSED);
    }

    /** Waits until nothing is in flight. Blocking; for virtual threads. Returns false when the time ran out first. */
    boolean awaitNone(long nanos) throws InterruptedException {
        lock.lock();
        try {
            waiting++;
            long left = nanos;
            while (count() > 0) {
                if (left <= 0) {
                    return false;
                }
                left = released.awaitNanos(left);
            }
            return true;
        } finally {
            waiting--;
            lock.unlock();
        }
    }
}
