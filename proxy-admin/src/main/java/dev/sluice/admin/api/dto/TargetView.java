package dev.sluice.admin.api.dto;

import dev.sluice.service.LoadBalancer;
import dev.sluice.service.Target;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One target as it is at this moment.
 *
 * @param role {@code writer} or {@code reader}
 * @param state {@code adding}, {@code healthy}, {@code unhealthy}, {@code ejected} or {@code draining}
 * @param error why it is unhealthy; empty when it is not
 * @param inFlight requests, upgraded connections not counted
 */
public record TargetView(String address, String role, String state, String error, long inFlight) {

    static List<TargetView> of(@Nullable LoadBalancer balancer) {
        return balancer == null
                ? List.of()
                : balancer.targets().stream().map(TargetView::of).toList();
    }

    private static TargetView of(Target target) {
        return new TargetView(
                target.address().text(),
                target.role().name().toLowerCase(Locale.ROOT),
                target.stateLabel(),
                target.trouble(),
                target.inflight());
    }
}
