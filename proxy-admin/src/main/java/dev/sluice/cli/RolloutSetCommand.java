package dev.sluice.cli;

import dev.sluice.admin.client.AdminClient;
import dev.sluice.admin.client.AdminFailure;
import java.util.List;
import java.util.Map;

/** {@code rollout set}: which clients go to the rollout targets. Replaces the whole split; what is left out is 0 or none. */
final class RolloutSetCommand implements Command {

    @Override
    public String name() {
        return "set";
    }

    @Override
    public String summary() {
        return "Set which clients go to the rollout targets";
    }

    @Override
    public List<FlagGroup> flags(Session session) {
        return FlagGroup.of(
                FlagSpecs.integer("percent", 0, "Percentage of the kamal-rollout cookie's values to send there"),
                FlagSpecs.strings("list", "Values of the kamal-rollout cookie to send there always"));
    }

    @Override
    public FlagRules rules() {
        return new FlagRules(List.of(), List.of(), List.of("percent", "list"));
    }

    @Override
    public int run(Flags flags, Session session) throws AdminFailure {
        session.client()
                .call(
                        "PUT",
                        "/v1/services/" + AdminClient.segment(flags.service()) + "/rollout",
                        Map.of("percent", flags.integer("percent"), "list", flags.strings("list")));
        return 0;
    }
}
