package dev.sluice.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * The targets of one deployment and whose turn it is. Event loops {@link #claim} from two arrays that are replaced
 * whenever a target's health changes; health checks and deploys change them under this balancer's monitor.
 */
public final class LoadBalancer {
    private static final Target[] NONE = {};

    private final List<Target> targets;
    private final List<HealthCheck> checks;
    private final boolean hasReaders;
    private final AtomicInteger writerTurn = new AtomicInteger();
    private final AtomicInteger readerTurn = new AtomicInteger();
    private volatile Target[] healthyWriters = NONE;
    private volatile Target[] healthyReaders = NONE;
    private volatile DeployProgress progress = DeployProgress.SILENT;

    private LoadBalancer(List<Target> targets, HealthProbe probe) {
        this.targets = List.copyOf(targets);
        this.hasReaders = targets.stream().anyMatch(t -> t.role() == Target.Role.READER);
        List<HealthCheck> made = new ArrayList<>();
        for (Target target : this.targets) {
            made.add(new HealthCheck(target, probe, result -> checked(target, result)));
        }
        this.checks = List.copyOf(made);
    }

    /**
     * Makes a balancer whose targets are all new; nothing is checked or sent yet.
     *
     * @throws ControlFailure when an address cannot be read
     */
    public static LoadBalancer create(
            List<String> writers, List<String> readers, TargetOptions options, HealthProbe probe)
            throws ControlFailure {
        List<Target> targets = new ArrayList<>();
        for (String writer : writers) {
            targets.add(new Target(TargetAddress.parse(writer), Target.Role.WRITER, options));
        }
        for (String reader : readers) {
            targets.add(new Target(TargetAddress.parse(reader), Target.Role.READER, options));
        }
        return new LoadBalancer(targets, probe);
    }

    /** All targets, writers first, each in the order given. */
    public List<Target> targets() {
        return targets;
    }

    /** The addresses of the targets of one role, as the operator gave them. */
    public List<String> addresses(Target.Role role) {
        return targets.stream()
                .filter(t -> t.role() == role)
                .map(t -> t.address().text())
                .toList();
    }

    /** Whether reads may go elsewhere than writes, healthy readers or not. */
    public boolean hasReaders() {
        return hasReaders;
    }

    /**
     * Counts one request in at the next healthy target. On an event loop; never blocks.
     *
     * @param read whether a reader may take it; without a healthy reader a writer does
     */
    public Claim claim(boolean read) {
        if (read) {
            Target[] readers = healthyReaders;
            if (readers.length > 0) {
                return next(readers, readerTurn);
            }
        }
        return next(healthyWriters, writerTurn);
    }

    private static Claim next(Target[] candidates, AtomicInteger turn) {
        if (candidates.length == 0) {
            return Claim.Refused.NO_HEALTHY_TARGET;
        }
        // The counter moves before it is used, as kamal-proxy's does, and may wrap.
        int index = candidates.length == 1 ? 0 : Math.floorMod(turn.incrementAndGet(), candidates.length);
        Target target = candidates[index];
        return target.claim() ? target : Claim.Refused.REPLACED;
    }

    /** Begins to check every target, each at once. */
    void startChecks(DeployProgress told) {
        progress = told;
        checks.forEach(HealthCheck::start);
    }

    void stopChecks() {
        checks.forEach(HealthCheck::stop);
    }

    /**
     * Waits until all targets are healthy at the same time, and ends the telling of progress. Blocking; for virtual
     * threads.
     *
     * @throws DeployFailed when the time runs out first, with what is known of each target
     */
    synchronized void awaitHealthy(Duration timeout) throws DeployFailed, InterruptedException {
        try {
            long deadline = System.nanoTime() + timeout.toNanos();
            while (!targets.stream().allMatch(t -> t.state() == TargetState.HEALTHY)) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new DeployFailed(timeout, evidence());
                }
                // A monitor waits in milliseconds; the one more keeps the last wait from spinning.
                wait(left / 1_000_000 + 1);
            }
        } finally {
            // Checks of several targets go on for as long as these serve; who listened to the deploy does not.
            progress = DeployProgress.SILENT;
        }
    }

    /** Believes every target to be healthy without a check: after a restart, and for a forced deploy. */
    synchronized void assumeHealthy() {
        targets.forEach(target -> target.become(TargetState.HEALTHY));
        refresh();
    }

    /** Goes on checking after {@link #assumeHealthy}; a single target is never taken out, so it is not checked. */
    void resumeChecks() {
        if (targets.size() > 1) {
            checks.forEach(HealthCheck::start);
        }
    }

    /** The targets were replaced: every further claim is refused. */
    void retire() {
        stopChecks();
        targets.forEach(Target::retire);
    }

    /** Ends a balancer that never took traffic, or whose service is gone, without telling of its targets. */
    void retireQuietly() {
        stopChecks();
        targets.forEach(Target::refuse);
    }

    /** Requests in flight at all targets. */
    long inflight() {
        return targets.stream().mapToLong(Target::inflight).sum();
    }

    private boolean checked(Target target, HealthResult result) {
        // Told before it has an effect, so that the last check is told before the switch that it brings about.
        progress.checked(target, checks.get(targets.indexOf(target)).tries(), result);
        synchronized (this) {
            TargetState was = target.state();
            TargetState next = result.healthy()
                    ? TargetState.HEALTHY
                    : was == TargetState.ADDING ? TargetState.ADDING : TargetState.UNHEALTHY;
            if (target.become(next)) {
                refresh();
                notifyAll();
            }
        }
        return !(result.healthy() && targets.size() == 1);
    }

    private List<TargetEvidence> evidence() {
        List<TargetEvidence> evidence = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            evidence.add(TargetEvidence.of(targets.get(i), checks.get(i)));
        }
        return evidence;
    }

    private void refresh() {
        healthyWriters = healthy(t -> t.role() == Target.Role.WRITER);
        healthyReaders = healthy(t -> t.role() == Target.Role.READER);
    }

    private Target[] healthy(Predicate<Target> role) {
        return targets.stream()
                .filter(t -> t.state() == TargetState.HEALTHY && role.test(t))
                .toArray(Target[]::new);
    }

    @Override
    public String toString() {
        return "LoadBalancer"
                + Arrays.toString(targets.stream().map(Target::address).toArray());
    }
}
