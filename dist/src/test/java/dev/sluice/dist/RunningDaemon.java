package dev.sluice.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A daemon of an installation on free ports, ready for requests; killed when closed. */
final class RunningDaemon implements AutoCloseable {
    private static final Pattern HTTP_PORT = Pattern.compile("\"Server started\".*\"http\":(\\d+)");

    final Process process;
    final Duration startTime;
    final int httpPort;
    private final Path out;
    private final Path err;

    private RunningDaemon(Process process, Path out, Path err) throws IOException {
        long began = System.nanoTime();
        this.process = process;
        this.out = out;
        this.err = err;
        await("`Server started` in the log")
                .atMost(Duration.ofSeconds(60))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !process.isAlive() || log().find());
        this.startTime = Duration.ofNanos(System.nanoTime() - began);
        Matcher started = log();
        assertThat(started.find()).as(output()).isTrue();
        this.httpPort = Integer.parseInt(started.group(1));
    }

    static RunningDaemon of(Installation installation, Map<String, String> environment) throws IOException {
        Path out = installation.home().resolve("daemon.out");
        Path err = installation.home().resolve("daemon.err");
        return new RunningDaemon(
                installation.start(environment, out, err, "bin/sluice", "run", "--http-port=0", "--https-port=0"),
                out,
                err);
    }

    private Matcher log() throws IOException {
        return HTTP_PORT.matcher(Files.readString(out));
    }

    String output() throws IOException {
        return Files.readString(out) + Files.readString(err);
    }

    String errors() throws IOException {
        return Files.readString(err);
    }

    /** Asks it to end, as supervisors do, and returns the exit code. */
    int stop() throws Exception {
        process.destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS))
                .as("ended after SIGTERM")
                .isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
