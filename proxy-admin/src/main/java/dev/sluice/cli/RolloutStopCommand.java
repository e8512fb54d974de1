package dev.sluice.cli;

import dev.sluice.admin.client.AdminClient;
import dev.sluice.admin.client.AdminFailure;

/** {@code rollout stop}: clears the split; the rollout targets stay. */
final class RolloutStopCommand implements Command {

    @Override
    public String name() {
        return "stop";
    }

    @Override
    public String summary() {
        return "Send all traffic to the service's own targets again";
    }

    @Override
    public int run(Flags flags, Session session) throws AdminFailure {
        session.client().call("DELETE", "/v1/services/" + AdminClient.segment(flags.service()) + "/rollout", null);
        return 0;
    }
}
