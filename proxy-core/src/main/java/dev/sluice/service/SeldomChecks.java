package dev.sluice.service;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How often targets are checked on which nothing depends: each now and then, and all of them together so seldom that it
 * takes little of the CPU, however many there are. For any thread.
 */
final class SeldomChecks {
    /** Of this daemon: each at most every 10 s, all together at most 20 a second, so 1,000 targets every 50 s. */
    static final SeldomChecks OF_DAEMON = new SeldomChecks(Duration.ofSeconds(10), 20);

    private static final Duration SLOT = Duration.ofSeconds(1);

    private final Duration shortest;
    private final int perSlot;
    private final AtomicInteger targets = new AtomicInteger();
    private final AtomicInteger turns = new AtomicInteger();

    /**
     * @param shortest between two checks of one target
     * @param perSecond checks of all targets, about
     */
    SeldomChecks(Duration shortest, int perSecond) {
        this.shortest = shortest;
        this.perSlot = perSecond;
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
        return Math.max(shortest.toNanos(), targets.get() * SLOT.toNanos() / perSlot);
    }

    /**
     * Waits before the first check. The targets of a restart are not all checked in one moment, but those of a second
     * are: a check by itself, with nothing in the processor's caches, takes three times as long.
     */
    void awaitTurn() throws InterruptedException {
        Thread.sleep(shortest);
        // By now all of them have joined.
        int slots = Math.max(1, targets.get() / perSlot);
        Thread.sleep(SLOT.multipliedBy(Math.floorMod(turns.getAndIncrement(), slots)));
    }
}
