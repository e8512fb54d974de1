package dev.sluice.cli;

import dev.sluice.admin.client.AdminFailure;
import dev.sluice.admin.client.JsonObject;
import dev.sluice.admin.client.JsonOut;
import java.util.List;

/** {@code list}: the table of services; as Sluice also in JSON, and with what is wrong with a broken service. */
final class ListCommand implements Command {
    private static final String SERVICES = "/v1/services";

    @Override
    public String name() {
        return "list";
    }

    @Override
    public String summary() {
        return "List the services";
    }

    @Override
    public List<String> aliases() {
        return List.of("ls");
    }

    @Override
    public Words words() {
        return Words.NONE;
    }

    @Override
    public List<FlagGroup> flags(Session session) {
        return session.sluice()
                ? FlagGroup.of(FlagSpecs.bool("json", false, "Print JSON instead of a table"))
                : List.of();
    }

    @Override
    public int run(Flags flags, Session session) throws AdminFailure {
        if (session.sluice() && flags.bool("json")) {
            session.out().println(JsonOut.pretty(session.client().get(SERVICES)));
            return 0;
        }
        List<JsonObject> services = session.client().getMinimal(SERVICES).objects("services");
        // kamal-proxy's table has its colours even in a pipe.
        boolean colours = !session.sluice() || (session.outTerminal() && session.colours());
        session.out().print(ListTable.of(services, colours));
        if (session.sluice()) {
            for (JsonObject service : services) {
                if (!service.text("fault").isEmpty()) {
                    session.out().println(service.text("name") + " is broken: " + service.text("fault"));
                }
                for (JsonObject target : service.objects("targets")) {
                    String error = target.text("error");
                    if (!error.isEmpty()) {
                        session.out()
                                .println(service.text("name") + ": " + target.text("address") + " is "
                                        + target.text("state") + ": " + Printable.of(error));
                    }
                }
                for (JsonObject certificate : service.objects("certificates")) {
                    session.out().println(CertificateWords.of(certificate));
                }
            }
        }
        return 0;
    }
}
