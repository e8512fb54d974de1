package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.DeployRequest;
import dev.sluice.admin.api.dto.ServiceView;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.Deployer;
import dev.sluice.service.Services;

/** Deploys a service; answers when its replaced targets are drained. */
final class DeployApi {
    private final Services services;
    private final Deployer deployer;

    DeployApi(Services services, Deployer deployer) {
        this.services = services;
        this.deployer = deployer;
    }

    Answer deploy(Call call) throws RequestFailure, ControlFailure, InterruptedException {
        DeployRequest request = call.body(DeployRequest.class);
        deployer.deploy(
                call.service(),
                request.deployment(),
                request.serviceOptions(),
                request.targetOptions(),
                call.progress());
        return Answer.ok(ServiceView.of(services.get(call.service())));
    }
}
