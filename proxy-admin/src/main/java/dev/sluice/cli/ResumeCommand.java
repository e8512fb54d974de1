package dev.sluice.cli;

import dev.sluice.admin.client.AdminClient;
import dev.sluice.admin.client.AdminFailure;

/** {@code resume}: lets held and new requests through. */
final class ResumeCommand implements Command {

    @Override
    public String name() {
        return "resume";
    }

    @Override
    public String summary() {
        return "Resume a paused or stopped service";
    }

    @Override
    public int run(Flags flags, Session session) throws AdminFailure {
        session.client().call("POST", "/v1/services/" + AdminClient.segment(flags.service()) + "/resume", null);
        return 0;
    }
}
