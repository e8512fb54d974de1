package dev.sluice.admin.api.dto;

import dev.sluice.service.Deployment;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The body of a deploy of rollout targets, which take over the options of their service. */
public record RolloutDeployRequest(
        @Nullable List<String> targets,
        @Nullable List<String> readTargets,
        @Nullable Duration deployTimeout,
        @Nullable Duration drainTimeout) {

    public Deployment deployment() throws InvalidField {
        return new Deployment(
                Fields.targets(targets),
                Fields.or(readTargets, List.of()),
                Fields.duration("deploy_timeout", deployTimeout, Deployment.DEFAULT_TIMEOUT),
                Fields.duration("drain_timeout", drainTimeout, Deployment.DEFAULT_TIMEOUT),
                false);
    }
}
