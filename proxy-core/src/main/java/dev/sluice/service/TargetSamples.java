package dev.sluice.service;

import dev.sluice.observe.TargetSample;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The targets of all services, active and of rollouts, as the metrics show them. For any thread. */
public final class TargetSamples {

    private TargetSamples() {}

    public static Collection<TargetSample> of(RouteTable table) {
        List<TargetSample> samples = new ArrayList<>();
        for (Service service : table.services()) {
            add(service, service.active(), samples);
            LoadBalancer rollout = service.rolloutTargets();
            if (rollout != null) {
                add(service, rollout, samples);
            }
        }
        return samples;
    }

    private static void add(Service service, LoadBalancer balancer, List<TargetSample> samples) {
        for (Target target : balancer.targets()) {
            samples.add(new TargetSample(service.name(), target.address().text(), target.stateLabel()));
        }
    }
}
