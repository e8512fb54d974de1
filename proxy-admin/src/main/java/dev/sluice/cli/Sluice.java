package dev.sluice.cli;

import dev.sluice.admin.client.AdminFailure;
import dev.sluice.admin.client.TargetReport;
import dev.sluice.daemon.DaemonStarter;
import java.io.PrintStream;
import java.util.List;

/**
 * The command line. One program under two names: the system property {@code sluice.program} is {@code sluice} or
 * {@code kamal-proxy}. Checks come in cobra's order; an error is one line on standard error and exit code 1.
 */
public final class Sluice {
    private Sluice() {}

    /**
     * Runs one command.
     *
     * @param daemon starts the daemon for {@code run}; nothing of it is loaded before
     * @return the exit code
     */
    public static int run(String[] args, PrintStream out, PrintStream err, DaemonStarter daemon) {
        return run(List.of(args), Session.of(out, err, daemon));
    }

    static int run(List<String> arguments, Session session) {
        try {
            return run(Call.find(CommandTree.of(session), arguments), session);
        } catch (CommandFailed e) {
            session.err().println("Error: " + e.getMessage());
        } catch (AdminFailure e) {
            session.err().println("Error: " + e.getMessage());
            if (session.sluice()) {
                explain(e, session.err());
            }
        }
        session.err().flush();
        return 1;
    }

    private static int run(Call call, Session session) throws CommandFailed, AdminFailure {
        Command command = call.command();
        Flags flags = PflagArguments.parse(call, session);
        if (flags.bool("help")) {
            session.out().print(Help.of(call, session));
            return 0;
        }
        if (!command.children().isEmpty()) {
            boolean version = session.sluice() && call.path().size() == 1 && flags.bool("version");
            session.out().print(version ? "sluice " + version() + "\n" : Help.of(call, session));
            return 0;
        }
        command.words().check(flags.words(), call.name());
        command.check(flags);
        command.rules().check(flags);
        int code = command.run(flags, session);
        session.out().flush();
        return code;
    }

    private static void explain(AdminFailure failure, PrintStream err) {
        List<TargetReport> targets = failure.targets();
        Evidence.lines(targets).forEach(err::println);
        if (!failure.hint().isEmpty()) {
            err.println("  Hint: " + failure.hint());
        }
    }

    /** The version that the build wrote into the jar; classes outside of one have none. */
    private static String version() {
        String version = Sluice.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
