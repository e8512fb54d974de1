package dev.sluice.cli;

import dev.sluice.admin.client.AdminClient;
import dev.sluice.admin.client.AdminFailure;
import java.util.List;

/** {@code remove}: forgets a service; its hosts and paths are free again. */
final class RemoveCommand implements Command {

    @Override
    public String name() {
        return "remove";
    }

    @Override
    public String summary() {
        return "Remove a service";
    }

    @Override
    public List<String> aliases() {
        return List.of("rm");
    }

    @Override
    public int run(Flags flags, Session session) throws AdminFailure {
        session.client().call("DELETE", "/v1/services/" + AdminClient.segment(flags.service()), null);
        return 0;
    }
}
