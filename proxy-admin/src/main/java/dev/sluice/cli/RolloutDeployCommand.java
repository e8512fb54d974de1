package dev.sluice.cli;

import dev.sluice.admin.client.AdminClient;
import dev.sluice.admin.client.AdminFailure;
import java.util.List;

/** {@code rollout deploy}: puts targets next to a service's own; {@code rollout set} sends traffic to them. */
final class RolloutDeployCommand implements Command {

    @Override
    public String name() {
        return "deploy";
    }

    @Override
    public String summary() {
        return "Deploy rollout targets for a service";
    }

    @Override
    public List<FlagGroup> flags(Session session) {
        return List.of(new FlagGroup("Flags", DeployFlags.group().flags()));
    }

    @Override
    public FlagRules rules() {
        return FlagRules.required("target");
    }

    @Override
    public int run(Flags flags, Session session) throws AdminFailure {
        String path = "/v1/services/" + AdminClient.segment(flags.service()) + "/rollout/deploys";
        Progress.follow(session, flags, path, DeployFlags.fields(flags));
        return 0;
    }
}
