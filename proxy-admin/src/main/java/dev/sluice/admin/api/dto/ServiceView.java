package dev.sluice.admin.api.dto;

import dev.sluice.service.PauseGate;
import dev.sluice.service.Service;
import dev.sluice.service.ServiceOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service as it is at this moment.
 *
 * @param hosts empty for any host
 * @param tls in effect: a path service has what the root of its host has
 * @param state {@code running}, {@code paused}, {@code stopped} or {@code broken}
 * @param fault why it is broken, else null
 * @param message what visitors of a stopped service are told; empty for the page's own words
 * @param certificates that are obtained automatically, name by name
 * @param rollout who goes to the rollout targets; null for nobody
 * @param options as it was deployed; null in a minimal answer
 */
public record ServiceView(
        String name,
        List<String> hosts,
        List<String> pathPrefixes,
        boolean tls,
        String state,
        @Nullable String fault,
        String message,
        List<TargetView> targets,
        List<TargetView> rolloutTargets,
        @Nullable RolloutView rollout,
        List<CertificateView> certificates,
        @Nullable OptionsView options) {

    private static final List<String> ANY_HOST = List.of("");

    /** With everything that there is to tell. */
    public static ServiceView of(Service service) {
        return of(service, OptionsView.of(service.options(), service.targetOptions()));
    }

    /** Without its options, which are most of a service's length. */
    public static ServiceView minimal(Service service) {
        return of(service, null);
    }

    private static ServiceView of(Service service, @Nullable OptionsView deployed) {
        ServiceOptions options = service.options();
        return new ServiceView(
                service.name(),
                hosts(options),
                options.pathPrefixes(),
                options.tls().enabled(),
                service.stateName(),
                service.faultNow(),
                service.gate().state() instanceof PauseGate.Stopped(String message) ? message : "",
                TargetView.of(service.active()),
                TargetView.of(service.rolloutTargets()),
                RolloutView.of(service.rollout()),
                CertificateView.of(service.certificates()),
                deployed);
    }

    static List<String> hosts(ServiceOptions options) {
        return options.hosts().equals(ANY_HOST) ? List.of() : options.hosts();
    }
}
