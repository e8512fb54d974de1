package dev.sluice.cli;

import dev.sluice.admin.client.AdminClient;
import dev.sluice.admin.client.AdminFailure;
import dev.sluice.service.GoDuration;
import java.util.List;
import java.util.Map;

/** {@code pause}: new requests wait, those under way end; returns when they have. */
final class PauseCommand implements Command {

    @Override
    public String name() {
        return "pause";
    }

    @Override
    public String summary() {
        return "Hold new requests of a service until it is resumed";
    }

    @Override
    public List<FlagGroup> flags(Session session) {
        return FlagGroup.of(
                FlagSpecs.duration("drain-timeout", "30s", "Longest wait for requests under way to end"),
                FlagSpecs.duration("max-pause", "30s", "Longest time that a request is held"));
    }

    @Override
    public int run(Flags flags, Session session) throws AdminFailure {
        session.client()
                .call(
                        "POST",
                        "/v1/services/" + AdminClient.segment(flags.service()) + "/pause",
                        Map.of(
                                "drain_timeout", GoDuration.format(flags.duration("drain-timeout")),
                                "max_pause", GoDuration.format(flags.duration("max-pause"))));
        return 0;
    }
}
