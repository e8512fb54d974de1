package dev.sluice.service;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers health checks as told, by address; targets that were not spoken of are healthy. */
final class ScriptedProbe implements HealthProbe {
    static final HealthResult HEALTHY = new HealthResult.Healthy(200);
    static final HealthResult FAILING = new HealthResult.WrongStatus(500, "boom", "");

    private final Map<String, HealthResult> results = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> holds = new ConcurrentHashMap<>();

    ScriptedProbe says(String address, HealthResult result) {
        results.put(address, result);
        return this;
    }

    /** Checks of this address do not end until {@link #letGo}. */
    ScriptedProbe holds(String address) {
        holds.put(address, new CountDownLatch(1));
        return this;
    }

    void letGo(String address) {
        CountDownLatch hold = holds.remove(address);
        if (hold != null) {
            hold.countDown();
        }
    }

    /** Checks of this address that were begun. */
    int count(String address) {
        return counts.computeIfAbsent(address, _ -> new AtomicInteger()).get();
    }

    @Override
    public HealthResult probe(TargetAddress address, HealthCheckOptions options) throws InterruptedException {
        counts.computeIfAbsent(address.text(), _ -> new AtomicInteger()).incrementAndGet();
        CountDownLatch hold = holds.get(address.text());
        if (hold != null) {
            hold.await();
        }
        return results.getOrDefault(address.text(), HEALTHY);
    }
}
