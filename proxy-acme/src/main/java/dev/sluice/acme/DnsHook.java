package dev.sluice.acme;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Has a command of the operator's make and remove records: {@code HOOK present|cleanup NAME VALUE}. It has a minute, and
 * exits with 0 when it has done so.
 */
final class DnsHook implements DnsProvider {
    private static final long SECONDS = 60;
    private static final int MOST_OUTPUT = 300;

    private final String command;

    DnsHook(String command) {
        this.command = command;
    }

    @Override
    public void present(String name, String value) throws OrderFailed, InterruptedException {
        run("present", name, value);
    }

    @Override
    public void remove(String name, String value) throws OrderFailed, InterruptedException {
        run("cleanup", name, value);
    }

    private void run(String action, String name, String value) throws OrderFailed, InterruptedException {
        // By the shell, so that the command may have arguments of its own; names and values have no special characters.
        ProcessBuilder builder = new ProcessBuilder(
                        "/bin/sh", "-c", command + " \"$@\"", "dns-hook", action, name, value)
                .redirectErrorStream(true);
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            Thread killer = Thread.ofVirtual().start(() -> {
                try {
                    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                        process.destroyForcibly();
                    }
                } catch (InterruptedException e) {
                    process.destroyForcibly();
                }
            });
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int code = process.waitFor();
            killer.join();
            if (code != 0) {
                String shown = output.length() > MOST_OUTPUT ? output.substring(0, MOST_OUTPUT) : output;
                throw OrderFailed.because("the DNS hook failed to " + action + " " + name + " (exit code " + code
                        + (shown.isEmpty() ? ")" : "): " + shown));
            }
        } catch (IOException e) {
            throw OrderFailed.because("the DNS hook cannot be run: " + e.getMessage());
        }
    }
}
