package dev.sluice.service;

import dev.sluice.http.ErrorPages;
import dev.sluice.tls.CertificateSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One service as it stands: an immutable snapshot, replaced as a whole by every change. What moves within it (health,
 * requests in flight, the pause gate) belongs to the objects it points to.
 *
 * @param options normalised; TLS as in effect, that is after inheritance for a path service
 * @param active the targets that take traffic
 * @param rolloutTargets the targets that a rollout sends traffic to, or null
 * @param rollout who goes there, or null for nobody
 * @param certificates those of a service with TLS at the root of its hosts, else null
 * @param fault why this service cannot be served, or null
 * @param stored the entry of the state file that could not be understood and is kept as it is, or null
 */
public record Service(
        String name,
        ServiceOptions options,
        TargetOptions targetOptions,
        LoadBalancer active,
        @Nullable LoadBalancer rolloutTargets,
        @Nullable Rollout rollout,
        PauseGate gate,
        ErrorPages errorPages,
        @Nullable CertificateSource certificates,
        @Nullable String fault,
        @Nullable String stored) {

    /** The state's name for lists: running, paused, stopped or broken. */
    public String stateName() {
        if (faultNow() != null) {
            return "broken";
        }
        return switch (gate.state()) {
            case PauseGate.Running _ -> "running";
            case PauseGate.Paused _ -> "paused";
            case PauseGate.Stopped _ -> "stopped";
        };
    }

    /** Why requests cannot be served at this moment, or null: a lasting fault, or certificates that are not there. */
    public @Nullable String faultNow() {
        return fault != null || certificates == null ? fault : certificates.fault();
    }

    /** The balancer for a request with this rollout cookie. */
    /** Whether a request would find a target now. */
    public boolean available() {
        return fault == null
                && gate.running()
                && active.targets().stream().anyMatch(target -> target.state() == TargetState.HEALTHY);
    }

    public LoadBalancer balancerFor(@Nullable String rolloutCookie) {
        return rolloutTargets != null && rollout != null && rollout.includes(rolloutCookie) ? rolloutTargets : active;
    }

    /** The addresses of the active targets, writers first. */
    public List<String> targetAddresses() {
        return active.targets().stream().map(t -> t.address().text()).toList();
    }

    /** Whether a path, as the target sees it, is left out of the metrics. */
    public boolean excludedFromMetrics(String targetPath) {
        return !options.excludeMetricsPaths().isEmpty()
                && options.excludeMetricsPaths().contains(targetPath);
    }

    /** Ends the watch over certificates that are not served any more. */
    void closeCertificates() {
        if (certificates != null) {
            certificates.close();
        }
    }

    Service withTls(boolean enabled, boolean redirect) {
        return new Service(
                name,
                options.withTls(options.tls().inheriting(enabled, redirect)),
                targetOptions,
                active,
                rolloutTargets,
                rollout,
                gate,
                errorPages,
                certificates,
                fault,
                stored);
    }

    Service withRolloutTargets(LoadBalancer targets) {
        return new Service(
                name, options, targetOptions, active, targets, rollout, gate, errorPages, certificates, fault, stored);
    }

    Service withRollout(@Nullable Rollout split) {
        return new Service(
                name,
                options,
                targetOptions,
                active,
                rolloutTargets,
                split,
                gate,
                errorPages,
                certificates,
                fault,
                stored);
    }
}
