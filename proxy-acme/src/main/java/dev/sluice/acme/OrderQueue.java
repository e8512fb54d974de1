package dev.sluice.acme;

import dev.sluice.observe.Events;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All certificates that are kept in being, and whose turn it is: a thread looks for orders that are due, each of which
 * is a virtual thread. Whether anything is due is seen without any of the classes that talk to authorities.
 */
final class OrderQueue {
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(30);
    private static final int ORDERS_AT_ONCE = 4;

    private final Map<String, ManagedCertificate> all = new LinkedHashMap<>();
    private final Semaphore turns = new Semaphore(ORDERS_AT_ONCE, true);
    private final Supplier<Attempt> attempts;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Executor executor;
    private @Nullable Thread thread;
    private boolean woken;

    /**
     * @param attempts asked for when the first order is due
     * @param executor runs orders, which block
     */
    OrderQueue(Supplier<Attempt> attempts, InstantSource clock, RandomGenerator random, Executor executor) {
        this.attempts = attempts;
        this.clock = clock;
        this.random = random;
        this.executor = executor;
    }

    /** The one object for these names in this store, for one user more. */
    synchronized ManagedCertificate join(NameSet names, CertificateStore store, List<Issuer> issuers) {
        String key = key(names, store);
        ManagedCertificate managed = all.get(key);
        // Other names in the same file, or other authorities: the last one asked for is the one that stands.
        if (managed == null
                || !managed.names().equals(names)
                || !managed.issuers().equals(issuers)) {
            managed = new ManagedCertificate(names, store, issuers);
            all.put(key, managed);
        }
        managed.join();
        return managed;
    }

    synchronized void leave(ManagedCertificate managed) {
        if (managed.leave()) {
            all.remove(key(managed.names(), managed.store()), managed);
        }
    }

    private static String key(NameSet names, CertificateStore store) {
        return store.location() + "/" + names.file();
    }

    /** From now on orders are placed: the ports are open on which authorities check names. */
    synchronized void start() {
        thread = Thread.ofVirtual().name("certificate-orders").start(this::run);
    }

    synchronized void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Looks at once whether something is due. */
    synchronized void wake() {
        woken = true;
        notifyAll();
    }

    private void run() {
        try {
            while (true) {
                Instant next = turn();
                synchronized (this) {
                    Duration sleep = Duration.between(clock.instant(), next);
                    long millis = Math.min(LONGEST_SLEEP.toMillis(), sleep.toMillis());
                    if (!woken && millis > 0) {
                        wait(millis);
                    }
                    woken = false;
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** Begins all that is due; returns when something else will be, a day ahead at most. */
    Instant turn() {
        Instant now = clock.instant();
        Instant next = now.plus(Duration.ofDays(1));
        List<ManagedCertificate> list;
        synchronized (this) {
            list = List.copyOf(all.values());
        }
        for (ManagedCertificate managed : list) {
            Instant order = managed.due();
            Instant advice = managed.adviceDue(now, random);
            if (!order.isAfter(now)) {
                begin(managed, () -> attempts.get().run(managed));
            } else if (!advice.isAfter(now)) {
                begin(managed, () -> attempts.get().advise(managed));
            } else {
                Instant first = advice.isBefore(order) ? advice : order;
                next = first.isBefore(next) ? first : next;
            }
        }
        return next;
    }

    @FunctionalInterface
    private interface Task {
        void run() throws InterruptedException;
    }

    private void begin(ManagedCertificate managed, Task task) {
        if (!managed.begin()) {
            return;
        }
        executor.execute(() -> {
            try {
                turns.acquire();
                try {
                    task.run();
                } finally {
                    turns.release();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | LinkageError e) {
                Events.error(
                        "Ordering a certificate failed",
                        "names",
                        managed.names().names(),
                        "error",
                        e.toString());
                managed.record().failed("unexpected: " + e, null, clock.instant(), random);
            } finally {
                managed.end();
                wake();
            }
        });
    }
}
