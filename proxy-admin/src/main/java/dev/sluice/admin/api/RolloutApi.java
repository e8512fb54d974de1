package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.EmptyRequest;
import dev.sluice.admin.api.dto.RolloutDeployRequest;
import dev.sluice.admin.api.dto.RolloutRequest;
import dev.sluice.admin.api.dto.ServiceView;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.Deployer;
import dev.sluice.service.RolloutCommands;
import dev.sluice.service.Services;

/** Puts rollout targets beside a service's active ones, and says who goes there. */
final class RolloutApi {
    private final Services services;
    private final Deployer deployer;
    private final RolloutCommands rollouts;

    RolloutApi(Services services, Deployer deployer, RolloutCommands rollouts) {
        this.services = services;
        this.deployer = deployer;
        this.rollouts = rollouts;
    }

    Answer deploy(Call call) throws RequestFailure, ControlFailure, InterruptedException {
        RolloutDeployRequest request = call.body(RolloutDeployRequest.class);
        deployer.deployRollout(call.service(), request.deployment(), call.progress());
        return service(call);
    }

    Answer set(Call call) throws RequestFailure, ControlFailure {
        RolloutRequest request = call.body(RolloutRequest.class);
        rollouts.set(call.service(), request.percentage(), request.allowlist());
        return service(call);
    }

    Answer stop(Call call) throws RequestFailure, ControlFailure {
        call.body(EmptyRequest.class);
        rollouts.stop(call.service());
        return service(call);
    }

    private Answer service(Call call) throws ControlFailure {
        return Answer.ok(ServiceView.of(services.get(call.service())));
    }
}
