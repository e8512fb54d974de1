package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ProgramRun.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
    @TempDir
    private Path home;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "-h",
                "deploy --help",
                "run -h",
                "rollout set --help",
                "help deploy",
                "help",
                "rollout",
                "rollout frobnicate",
                "completion",
                "deploy --tls -h",
                "--help deploy"
            })
    void helpIsOnStandardOutputWithExitCode0(String line) {
        Result result = new ProgramRun(Program.KAMAL_PROXY, home).run(line.split(" "));

        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("\nUsage:\n  kamal-proxy");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void aCommandsHelpHasItsUsageItsFlagsAndTheirDefaults() {
        assertThat(new ProgramRun(Program.KAMAL_PROXY, home).run("help", "stop").out())
                .isEqualTo("""
                Answer new requests of a service with 503 until it is resumed

                Usage:
                  kamal-proxy stop <service> [flags]

                Flags:
                      --drain-timeout duration   Longest wait for requests under way to end (default 30s)
                      --message string           Words for the 503 page
                  -h, --help                     Help for stop
                """);
    }

    @Test
    void eachNameShowsItsOwnCommandsOnly() {
        assertThat(new ProgramRun(Program.KAMAL_PROXY, home).run().out())
                .contains("deploy", "remove", "rollout")
                .doesNotContain("show", "--version", "completion", "sluice");
        assertThat(new ProgramRun(Program.SLUICE, home).run().out())
                .contains("show", "--version")
                .doesNotContain("completion", "kamal-proxy");
    }

    @Test
    void flagsThatKamalProxyHasNotAreShownUnderSluicesNameOnly() {
        String[] own = {"--retry-for", "--websocket-drain", "--max-body", "--target-proxy-protocol", "--balancer-path"};

        assertThat(new ProgramRun(Program.SLUICE, home).run("deploy", "-h").out())
                .contains(own)
                .contains("--health-check-rise", "--health-check-fall");
        assertThat(new ProgramRun(Program.KAMAL_PROXY, home).run("deploy", "-h").out())
                .doesNotContain(own)
                .doesNotContain("--health-check-rise", "--health-check-fall");
    }

    @Test
    void theDefaultOfTheCertificateDirectoryIsBelowTheClientsHome() {
        assertThat(new ProgramRun(Program.KAMAL_PROXY, home).run("deploy", "-h").out())
                .contains("(default \"" + home + "/.config/kamal-proxy/certs\")");
    }

    @Test
    void anUnknownTopicIsToldOfOnStandardError() {
        Result result = new ProgramRun(Program.KAMAL_PROXY, home).run("help", "frobnicate");

        assertThat(result.code()).isZero();
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .startsWith("Unknown help topic [`frobnicate`]\n")
                .contains("Usage:");
    }

    @Test
    void theVersionIsSluicesOwn() {
        assertThat(new ProgramRun(Program.SLUICE, home).run("--version").out()).startsWith("sluice ");
    }
}
