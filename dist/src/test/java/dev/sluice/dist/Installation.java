package dev.sluice.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A folder laid out like the distribution, with a home, runtime and temporary directory of its own. Starts its programs;
 * ends no process.
 */
record Installation(Path folder, Path home) {
    private static final long PATIENCE_SECONDS = 60;

    static Installation built(Path home) throws IOException {
        return new Installation(Path.of("target/sluice").toRealPath(), home);
    }

    /** Lays the folder out anew with links to the files of another; the launchers are copies, as they look around them. */
    void linkTo(Installation other) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> old = Files.walk(folder)) {
                for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path lib = Files.createDirectories(folder.resolve("lib"));
        Files.copy(other.folder.resolve("bin/sluice"), bin.resolve("sluice"));
        try (Stream<Path> files = Files.list(other.folder.resolve("lib"))) {
            for (Path file : files.toList()) {
                Files.createSymbolicLink(lib.resolve(file.getFileName()), file);
            }
        }
        for (String part : List.of("conf", "runtime")) {
            Files.createSymbolicLink(folder.resolve(part), other.folder.resolve(part));
        }
    }

    /** What one command did. */
    record Outcome(int code, String out, String err) {}

    /** Runs a command to its end; {@code program} is relative to the folder. */
    Outcome run(Map<String, String> environment, String program, String... arguments) throws Exception {
        Path out = Files.createTempFile(home, "out", "");
        Path err = Files.createTempFile(home, "err", "");
        Process process = start(environment, out, err, program, arguments);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(program + " " + List.of(arguments) + " did not end:\n" + Files.readString(err));
        }
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    Outcome run(String program, String... arguments) throws Exception {
        return run(Map.of(), program, arguments);
    }

    Process start(Map<String, String> environment, Path out, Path err, String program, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(folder.resolve(program).toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.matches("KAMAL_PROXY_.*|DEBUG|SLUICE_.*|.*_PORT"));
        builder.environment()
                .putAll(Map.of("HOME", home.toString(), "XDG_RUNTIME_DIR", home.toString(), "TMPDIR", home.toString()));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
