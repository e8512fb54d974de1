package dev.sluice.admin.api;

import dev.sluice.service.HealthCheckOptions;
import dev.sluice.service.HealthProbe;
import dev.sluice.service.HealthResult;
import dev.sluice.service.TargetAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Health as a test wants it: every target is healthy, unless it was given results to begin with, or is held. */
final class ScriptedProbe implements HealthProbe {
    static final HealthResult HEALTHY = new HealthResult.Healthy(200);

    private final Map<String, Queue<HealthResult>> results = new ConcurrentHashMap<>();
    private final Map<String, HealthResult> always = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
    private final AtomicInteger probes = new AtomicInteger();

    /** These first, one a check; healthy after that. */
    void first(String target, HealthResult... some) {
        results.put(target, new ConcurrentLinkedQueue<>(List.of(some)));
    }

    /** This and nothing else. */
    void always(String target, HealthResult result) {
        always.put(target, result);
    }

    /** Checks of the target do not end before the latch is counted down. */
    CountDownLatch hold(String target) {
        return held.computeIfAbsent(target, _ -> new CountDownLatch(1));
    }

    /** How many checks were begun. */
    int probes() {
        return probes.get();
    }

    @Override
    public HealthResult probe(TargetAddress address, HealthCheckOptions options) throws InterruptedException {
        probes.incrementAndGet();
        CountDownLatch latch = held.get(address.text());
        if (latch != null) {
            latch.await();
        }
        HealthResult given = always.get(address.text());
        if (given != null) {
            return given;
        }
        Queue<HealthResult> script = results.get(address.text());
        HealthResult next = script == null ? null : script.poll();
        return next == null ? HEALTHY : next;
    }
}
