package dev.sluice.cli;

import dev.sluice.admin.client.AdminClient;
import dev.sluice.admin.client.AdminFailure;
import dev.sluice.admin.client.JsonOut;

/** {@code show}: all that the daemon knows of one service, as JSON. */
final class ShowCommand implements Command {

    @Override
    public String name() {
        return "show";
    }

    @Override
    public String summary() {
        return "Show a service, its targets and its options as JSON";
    }

    @Override
    public int run(Flags flags, Session session) throws AdminFailure {
        session.out()
                .println(JsonOut.pretty(session.client().get("/v1/services/" + AdminClient.segment(flags.service()))));
        return 0;
    }
}
