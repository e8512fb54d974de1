package dev.sluice.service;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How often targets are checked on which nothing depends: each now and then, and all of them together so seldom that it
 * takes little of the CPU, however many there are. For any thread.
 */
final class SeldomChecks {
    /** Of this daemon: each at most every 10 s, all together at most 20 a second, so 1,000 targets every 50 s. */
    static final SeldomChecks OF_DAEMON = new SeldomChecks(Duration.ofSeconds(10), 20);

    private final long shortestNanos;
    private final long apartNanos;
    private final AtomicInteger targets = new AtomicInteger();

    /**
     * @param shortest between two checks of one target
     * @param perSecond checks of all targets, about
     */
    SeldomChecks(Duration shortest, int perSecond) {
        this.shortestNanos = shortest.toNanos();
        this.apartNanos = Duration.ofSeconds(1).toNanos() / perSecond;
    }

    /** One target more is checked seldom. */
    void join() {
        targets.incrementAndGet();
    }

    /** One less. */
    void leave() {
        targets.decrementAndGet();
    }

    /** From one check of a target to the next; nanoseconds. */
    long interval() {
        return Math.max(shortestNanos, targets.get() * apartNanos);
    }

    /** Waits before the first check, so that the targets of a restart are not all checked in one moment. */
    void awaitTurn() throws InterruptedException {
        // By then all of them have joined.
        Thread.sleep(Duration.ofNanos(shortestNanos));
        Thread.sleep(Duration.ofNanos(ThreadLocalRandom.current().nextLong(interval())));
    }
}
