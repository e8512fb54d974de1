package dev.sluice.cli;

import dev.sluice.daemon.DaemonStarter;
import dev.sluice.daemon.Paths;
import dev.sluice.daemon.RunOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs the program in this process, with an environment of its own, and keeps what it printed. */
final class ProgramRun {
    private final Program program;
    private final Map<String, String> environment = new HashMap<>();
    private final List<RunOptions> daemons = new ArrayList<>();
    private boolean terminal;

    /** @param home for the data directory and the socket */
    ProgramRun(Program program, Path home) {
        this.program = program;
        environment.put("HOME", home.toString());
        environment.put("XDG_RUNTIME_DIR", home.toString());
    }

    ProgramRun with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    ProgramRun atTerminal() {
        terminal = true;
        return this;
    }

    Path socket() {
        return Paths.of(environment).socket();
    }

    /** The options of the daemon that the last {@code run} started. */
    RunOptions daemon() {
        return daemons.getLast();
    }

    record Result(int code, String out, String err) {}

    Result run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        DaemonStarter daemon = options -> {
            daemons.add(options);
            return 0;
        };
        try (PrintStream outStream = new PrintStream(out, false, StandardCharsets.UTF_8);
                PrintStream errStream = new PrintStream(err, false, StandardCharsets.UTF_8)) {
            Session session = new Session(
                    program, environment, Paths.of(environment), outStream, errStream, terminal, terminal, daemon);
            int code = Sluice.run(List.of(arguments), session);
            outStream.flush();
            errStream.flush();
            return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        }
    }
}
