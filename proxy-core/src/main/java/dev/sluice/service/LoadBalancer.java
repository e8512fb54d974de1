package dev.sluice.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * The targets of one deployment and whose turn it is. Event loops {@link #claim} from arrays that are replaced whenever a
 * target's health changes; health checks and deploys change them under this balancer's monitor. An only target is
 * checked seldom after its deploy and never taken out.
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
    // Asked when nobody is healthy.
    private volatile Target[] silentWriters = NONE;
    private volatile Target[] silentReaders = NONE;
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
            targets.add(new Target(TargetAddress.parse(writer), Target.Role.WRITER, options, writers.size() == 1));
        }
        // Without a reader reads go to a writer.
        for (String reader : readers) {
            targets.add(new Target(TargetAddress.parse(reader), Target.Role.READER, options, false));
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

    /** Counts one request in at the next healthy target, the first time that it asks for one. */
    public Claim claim(boolean read) {
        return claim(read, List.of());
    }

    /**
     * Counts one request in at the next healthy target. On an event loop; never blocks. Targets that failed requests
     * are passed over while there are others ({@link Ejection}). When no target is healthy, those are asked whose
     * checks found no answer: the checks may be wrong. A target that answers that it is not well is not asked.
     *
     * @param read whether a reader may take it; without a healthy reader a writer does
     * @param tried targets that the request has met already and that are not to be given again
     */
    public Claim claim(boolean read, Collection<Target> tried) {
        Claim claim = read ? next(healthyReaders, readerTurn, tried, false) : Claim.Refused.NO_HEALTHY_TARGET;
        if (claim == Claim.Refused.NO_HEALTHY_TARGET) {
            claim = next(healthyWriters, writerTurn, tried, true);
        }
        if (claim == Claim.Refused.NO_HEALTHY_TARGET && read) {
            claim = next(healthyReaders.length > 0 ? healthyReaders : silentReaders, readerTurn, tried, true);
        }
        if (claim == Claim.Refused.NO_HEALTHY_TARGET) {
            claim = next(silentWriters, writerTurn, tried, true);
        }
        return claim;
    }

    private static Claim next(Target[] all, AtomicInteger turn, Collection<Target> tried, boolean orEjected) {
        Target[] candidates = fit(all, tried, orEjected);
        if (candidates.length == 0) {
            return Claim.Refused.NO_HEALTHY_TARGET;
        }
        // The counter moves before it is used, as kamal-proxy's does, and may wrap.
        int index = candidates.length == 1 ? 0 : Math.floorMod(turn.incrementAndGet(), candidates.length);
        Target target = candidates[index];
        return target.claim() ? target : Claim.Refused.REPLACED;
    }

    private static Target[] fit(Target[] all, Collection<Target> tried, boolean orEjected) {
        boolean asTheyAre = tried.isEmpty();
        for (int i = 0; i < all.length && asTheyAre; i++) {
            asTheyAre = !all[i].ejected();
        }
        if (asTheyAre) {
            return all;
        }
        Target[] untried = Arrays.stream(all).filter(t -> !tried.contains(t)).toArray(Target[]::new);
        Target[] fit = Arrays.stream(untried).filter(t -> !t.ejected()).toArray(Target[]::new);
        // One that fails is better than none.
        return fit.length > 0 || !orEjected ? fit : untried;
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

    /** Goes on checking after {@link #assumeHealthy}. */
    void resumeChecks() {
        checks.forEach(targets.size() > 1 ? HealthCheck::start : HealthCheck::startSeldom);
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

    // Answers whether the target is to be checked closely from here on.
    private boolean checked(Target target, HealthResult result) {
        HealthCheck check = checks.get(targets.indexOf(target));
        // Told before it has an effect, so that the last check is told before the switch that it brings about.
        progress.checked(target, check.tries(), result);
        synchronized (this) {
            boolean changed = target.become(next(target, check.streak()), result.healthy() ? "" : result.message());
            if (changed || !result.healthy()) {
                refresh();
            }
            if (changed) {
                notifyAll();
            }
        }
        return targets.size() > 1 || target.state() == TargetState.ADDING;
    }

    // The streak counts successes in a row, or failures below zero.
    private static TargetState next(Target target, int streak) {
        HealthCheckOptions options = target.options().healthCheck();
        TargetState was = target.state();
        return switch (was) {
            case ADDING -> streak > 0 ? TargetState.HEALTHY : was;
            case HEALTHY -> -streak >= options.fall() ? TargetState.UNHEALTHY : was;
            case UNHEALTHY -> streak >= options.rise() ? TargetState.HEALTHY : was;
            case DRAINING -> was;
        };
    }

    private List<TargetEvidence> evidence() {
        List<TargetEvidence> evidence = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            evidence.add(TargetEvidence.of(targets.get(i), checks.get(i)));
        }
        return evidence;
    }

    private void refresh() {
        boolean only = targets.size() == 1;
        healthyWriters = those(Target.Role.WRITER, t -> healthy(t) || (only && unhealthy(t)));
        healthyReaders = those(Target.Role.READER, LoadBalancer::healthy);
        silentWriters = healthyWriters.length > 0 ? NONE : those(Target.Role.WRITER, this::silent);
        silentReaders = healthyReaders.length > 0 ? NONE : those(Target.Role.READER, this::silent);
    }

    private Target[] those(Target.Role role, Predicate<Target> which) {
        return targets.stream().filter(t -> t.role() == role && which.test(t)).toArray(Target[]::new);
    }

    private static boolean healthy(Target target) {
        return target.state() == TargetState.HEALTHY;
    }

    private static boolean unhealthy(Target target) {
        return target.state() == TargetState.UNHEALTHY;
    }

    private boolean silent(Target target) {
        return unhealthy(target) && !(checks.get(targets.indexOf(target)).last() instanceof HealthResult.WrongStatus);
    }

    @Override
    public String toString() {
        return "LoadBalancer"
                + Arrays.toString(targets.stream().map(Target::address).toArray());
    }
}
