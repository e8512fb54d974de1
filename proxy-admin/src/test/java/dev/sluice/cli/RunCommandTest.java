package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.acme.AcmeOptions;
import dev.sluice.daemon.FrontOptions;
import dev.sluice.daemon.Paths;
import dev.sluice.daemon.RunOptions;
import dev.sluice.edge.EdgeLimits;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
    @TempDir
    private Path home;

    @Test
    void withoutFlagsTheDefaultsHold() {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home);

        assertThat(program.run("run", "words", "are", "ignored").code()).isZero();

        Paths paths = Paths.of(Map.of("HOME", home.toString(), "XDG_RUNTIME_DIR", home.toString()));
        assertThat(program.daemon())
                .isEqualTo(new RunOptions(
                        false,
                        80,
                        443,
                        0,
                        false,
                        false,
                        AcmeOptions.DEFAULT,
                        LimitFlags.automatic(EdgeLimits.DEFAULT),
                        paths));
    }

    @Test
    void flagsBeatPrefixedVariablesBeatPlainOnes() {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home)
                .with("HTTP_PORT", "1")
                .with("KAMAL_PROXY_HTTP_PORT", "2")
                .with("HTTPS_PORT", "3")
                .with("METRICS_PORT", "4")
                .with("DEBUG", "T");

        program.run("run", "--http-port", "0x50", "--http3");
        assertThat(program.daemon())
                .extracting(RunOptions::httpPort, RunOptions::httpsPort, RunOptions::metricsPort, RunOptions::debug)
                .containsExactly(80, 3, 4, true);
        assertThat(program.daemon().http3()).isTrue();

        program.run("run", "--debug=false");
        assertThat(program.daemon().httpPort()).isEqualTo(2);
        assertThat(program.daemon().debug()).isFalse();
    }

    @Test
    void aVariableThatDoesNotReadMeansTheDefaultEvenOverAPlainOne() {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home)
                .with("HTTP_PORT", "8080")
                .with("KAMAL_PROXY_HTTP_PORT", "")
                .with("HTTPS_PORT", "0x1bb")
                .with("DEBUG", "release");

        program.run("run");

        assertThat(program.daemon())
                .extracting(RunOptions::httpPort, RunOptions::httpsPort, RunOptions::debug)
                .containsExactly(80, 443, false);
    }

    @Test
    void whatStandsInFrontIsSluicesOwn() {
        ProgramRun sluice = new ProgramRun(Program.SLUICE, home);
        sluice.run(
                "run",
                "--trusted-proxy=private,192.0.2.1",
                "--proxy-protocol",
                "loopback",
                "--balancer-path=/lb",
                "--shutdown-delay=5s",
                "--shutdown-timeout=1m");

        FrontOptions front = sluice.daemon().front();
        assertThat(front.trustedProxies())
                .isNotNull()
                .satisfies(peers -> assertThat(peers.contains("192.0.2.1")).isTrue());
        assertThat(front.proxyProtocol()).isNotNull();
        assertThat(front.balancerPath()).isEqualTo("/lb");
        assertThat(front.shutdownDelay()).hasSeconds(5);
        assertThat(front.shutdownTimeout()).hasMinutes(1);

        assertThat(sluice.run("run", "--trusted-proxy=web").err()).contains("--trusted-proxy: \"web\" is no address");
        assertThat(sluice.run("run", "--balancer-path=lb").err()).contains("has to be a path such as /balancer");
        assertThat(sluice.run("run", "--shutdown-delay=-1s").err())
                .contains("--shutdown-delay -1s has to be 0 or more");
        assertThat(new ProgramRun(Program.KAMAL_PROXY, home)
                        .run("run", "--trusted-proxy=private")
                        .err())
                .isEqualTo("Error: unknown flag: --trusted-proxy\n");
    }

    @Test
    void ioUringIsSluicesOwn() {
        ProgramRun sluice = new ProgramRun(Program.SLUICE, home);
        sluice.run("run", "--io-uring");
        assertThat(sluice.daemon().ioUring()).isTrue();
        sluice.with("IO_URING", "1").run("run");
        assertThat(sluice.daemon().ioUring()).isTrue();

        ProgramRun other = new ProgramRun(Program.KAMAL_PROXY, home).with("IO_URING", "1");
        assertThat(other.run("run", "--io-uring").err()).isEqualTo("Error: unknown flag: --io-uring\n");
        other.run("run");
        assertThat(other.daemon().ioUring()).isFalse();
    }

    @Test
    void authoritiesComeFromSluicesFlagsAndUnderBothNamesFromTheEnvironment() {
        ProgramRun sluice = new ProgramRun(Program.SLUICE, home).with("ACME_EMAIL", "ops@example.com");
        sluice.run("run", "--acme-directory", "https://a.example/dir,https://b.example/dir", "--acme-deploy-wait=0s");
        AcmeOptions acme = sluice.daemon().acme();
        assertThat(acme.directories()).containsExactly("https://a.example/dir", "https://b.example/dir");
        assertThat(acme.email()).isEqualTo("ops@example.com");
        assertThat(acme.deployWait()).isZero();
        assertThat(sluice.run("run", "--acme-directory", "nonsense").err()).contains("is no URL");

        ProgramRun other =
                new ProgramRun(Program.KAMAL_PROXY, home).with("KAMAL_PROXY_ACME_DIRECTORY", "https://c.example/dir");
        assertThat(other.run("run", "--acme-email", "x").err()).isEqualTo("Error: unknown flag: --acme-email\n");
        other.run("run");
        assertThat(other.daemon().acme().directories()).containsExactly("https://c.example/dir");
    }
}
