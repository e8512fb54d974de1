package dev.sluice.cli;

import dev.sluice.admin.client.AdminClient;
import dev.sluice.admin.client.AdminFailure;
import dev.sluice.service.GoDuration;
import java.util.List;
import java.util.Map;

/** {@code stop}: new requests get the 503 page, those under way end; returns when they have. */
final class StopCommand implements Command {

    @Override
    public String name() {
        return "stop";
    }

    @Override
    public String summary() {
        return "Answer new requests of a service with 503 until it is resumed";
    }

    @Override
    public List<FlagGroup> flags(Session session) {
        return FlagGroup.of(
                FlagSpecs.duration("drain-timeout", "30s", "Longest wait for requests under way to end"),
                FlagSpecs.string("message", "", "Words for the 503 page"));
    }

    @Override
    public int run(Flags flags, Session session) throws AdminFailure {
        session.client()
                .call(
                        "POST",
                        "/v1/services/" + AdminClient.segment(flags.service()) + "/stop",
                        Map.of(
                                "drain_timeout", GoDuration.format(flags.duration("drain-timeout")),
                                "message", flags.string("message")));
        return 0;
    }
}
