package dev.sluice.cli;

import dev.sluice.admin.client.AdminClient;
import dev.sluice.daemon.DaemonStarter;
import dev.sluice.daemon.Paths;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;

/**
 * What surrounds one run of the program. Made once, at the start.
 *
 * @param outTerminal whether standard output is a terminal
 * @param errTerminal whether standard error is a terminal
 */
record Session(
        Program program,
        Map<String, String> environment,
        Paths paths,
        PrintStream out,
        PrintStream err,
        boolean outTerminal,
        boolean errTerminal,
        DaemonStarter daemon) {

    /** How long a daemon that is just coming up is waited for; one that is not there should be told of soon. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    static Session of(PrintStream out, PrintStream err, DaemonStarter daemon) {
        Map<String, String> environment = System.getenv();
        return new Session(
                Program.named(System.getProperty("sluice.program", "sluice")),
                environment,
                Paths.of(environment),
                out,
                err,
                Boolean.getBoolean("sluice.stdout.tty"),
                Boolean.getBoolean("sluice.stderr.tty"),
                daemon);
    }

    boolean sluice() {
        return program == Program.SLUICE;
    }

    AdminClient client() {
        return new AdminClient(paths.socket(), PATIENCE);
    }

    /** Whether output may use colours: the convention of no-color.org, and terminals that have none. */
    boolean colours() {
        return environment.getOrDefault("NO_COLOR", "").isEmpty() && !dumbTerminal();
    }

    boolean dumbTerminal() {
        return environment.getOrDefault("TERM", "").equals("dumb");
    }
}
