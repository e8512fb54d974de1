package dev.sluice.service;

import dev.sluice.observe.Events;
import java.util.List;

/** Says who goes to a service's rollout targets. Blocking; for virtual threads. */
public final class RolloutCommands {
    private final Services services;

    public RolloutCommands(Services services) {
        this.services = services;
    }

    /** Replaces the whole split. */
    public void set(String name, int percentage, List<String> allowlist) throws ControlFailure {
        services.change(name, service -> {
            if (service.rolloutTargets() == null) {
                throw ControlFailure.rolloutTargetNotSet();
            }
            return service.withRollout(new Rollout(percentage, allowlist));
        });
        Events.info("Set rollout split", "service", name, "percentage", percentage, "allowlist", allowlist);
    }

    /** Sends everyone to the active targets; the rollout targets stay where they are. */
    public void stop(String name) throws ControlFailure {
        services.change(name, service -> service.withRollout(null));
        Events.info("Stopped rollout", "service", name);
    }
}
