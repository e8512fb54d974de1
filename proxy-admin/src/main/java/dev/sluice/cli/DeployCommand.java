package dev.sluice.cli;

import dev.sluice.admin.client.AdminClient;
import dev.sluice.admin.client.AdminFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code deploy}: checks the new targets, switches to them, drains the old ones; returns when all of that is done. */
final class DeployCommand implements Command {

    @Override
    public String name() {
        return "deploy";
    }

    @Override
    public String summary() {
        return "Deploy a service, or new targets for it, without losing a request";
    }

    @Override
    public List<FlagGroup> flags(Session session) {
        List<FlagGroup> groups = new ArrayList<>(List.of(
                DeployFlags.group(),
                ServiceFlags.group(),
                TlsFlags.group(session),
                HealthFlags.group(session),
                ForwardingFlags.group(),
                BufferFlags.group(),
                LogFlags.group()));
        if (session.sluice()) {
            groups.add(DeliveryFlags.group());
        }
        return groups;
    }

    @Override
    public FlagRules rules() {
        return new FlagRules(List.of("target"), List.of(TlsFlags.CERTIFICATE, TlsFlags.KEY), List.of());
    }

    @Override
    public void check(Flags flags) throws CommandFailed {
        BufferFlags.validate(flags);
        ServiceFlags.validate(flags);
        TlsFlags.check(flags);
    }

    @Override
    public int run(Flags flags, Session session) throws AdminFailure {
        Map<String, Object> fields = DeployFlags.fields(flags);
        ServiceFlags.addTo(fields, flags);
        TlsFlags.addTo(fields, flags, session);
        HealthFlags.addTo(fields, flags, session);
        ForwardingFlags.addTo(fields, flags);
        BufferFlags.addTo(fields, flags);
        LogFlags.addTo(fields, flags);
        if (session.sluice()) {
            DeliveryFlags.addTo(fields, flags);
        }
        String path = "/v1/services/" + AdminClient.segment(flags.service()) + "/deploys";
        Progress.follow(session, flags, path, fields);
        return 0;
    }
}
