package dev.sluice.daemon;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A daemon in a process of its own, from the class path of the tests, that can be told to end, or be killed. */
final class DaemonProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Path log;

    /**
     * Returns when it serves.
     *
     * @param home holds its data, its socket and its log
     * @param flags of {@code run}
     */
    DaemonProcess(Path home, String... flags) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "run"));
        command.addAll(List.of(flags));
        log = Files.createTempFile(home, "daemon", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("KAMAL_PROXY_"));
        builder.environment().put("HOME", home.toString());
        builder.environment().put("XDG_RUNTIME_DIR", home.toString());
        process = builder.start();
        await().atMost(PATIENCE)
                .until(() -> !process.isAlive() || Files.readString(log).contains("\"Server started\""));
        if (!process.isAlive()) {
            throw new AssertionError("the daemon ended: " + Files.readString(log));
        }
    }

    /** SIGTERM; returns at once. */
    void terminate() {
        process.destroy();
    }

    /** Waits until it has ended; returns its exit code. */
    int end() throws InterruptedException {
        if (!process.waitFor(PATIENCE)) {
            throw new AssertionError("the daemon does not end");
        }
        return process.exitValue();
    }

    /** What it has written so far. */
    String log() throws IOException {
        return Files.readString(log);
    }

    /** SIGKILL; returns when it is dead. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
