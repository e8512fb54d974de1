package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.acme.AcmeOptions;
import dev.sluice.daemon.FrontOptions;
import dev.sluice.daemon.Paths;
import dev.sluice.daemon.RunOptions;
import dev.sluice.edge.EdgeLimits;
import java.nio.file.Path;
import java.time.Duration;
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
        assertThat(acme.onDemandKeep()).isEqualTo(Duration.ofHours(1));
        assertThat(acme.dns().persistent()).isFalse();
        assertThat(sluice.run("run", "--acme-directory", "nonsense").err()).contains("is no URL");
        sluice.run("run", "--tls-on-demand-keep=10m", "--acme-dns-persist");
        assertThat(sluice.daemon().acme().onDemandKeep()).isEqualTo(Duration.ofMinutes(10));
        assertThat(sluice.daemon().acme().dns().persistent()).isTrue();
        assertThat(sluice.run("run", "--tls-on-demand-keep=-1s").err()).contains("cannot be negative");

        ProgramRun other = new ProgramRun(Program.KAMAL_PROXY, home)
                .with("KAMAL_PROXY_ACME_DIRECTORY", "https://c.example/dir")
                .with("KAMAL_PROXY_ACME_DNS_PERSIST", "true")
                .with("TLS_ON_DEMAND_KEEP", "0s");
        assertThat(other.run("run", "--acme-email", "x").err()).isEqualTo("Error: unknown flag: --acme-email\n");
        other.run("run");
        assertThat(other.daemon().acme().dns().persistent()).isTrue();
        assertThat(other.daemon().acme().onDemandKeep()).isZero();
        assertThat(other.daemon().acme().directories()).containsExactly("https://c.example/dir");
    }

    @Test
    void limitsAreSluicesFlagsAndHaveTheirDefaultsElsewhere() {
        ProgramRun sluice = new ProgramRun(Program.SLUICE, home);
        sluice.run(
                "run",
                "--head-timeout=3s",
                "--min-rate=500",
                "--spill-quota=1000",
                "--max-connections=7",
                "--max-head-fields=40",
                "--http2-stream-window=70000",
                "--http2-window=80000",
                "--http2-priorities=9");
        EdgeLimits limits = sluice.daemon().limits();
        assertThat(limits.times().head()).hasSeconds(3);
        assertThat(limits.times().body()).isEqualTo(EdgeLimits.DEFAULT.times().body());
        assertThat(limits.minRate()).isEqualTo(500);
        assertThat(limits.spill()).isEqualTo(1000);
        assertThat(limits.connections().total()).isEqualTo(7);
        assertThat(limits.heads().fields()).isEqualTo(40);
        assertThat(limits.http2())
                .extracting(
                        EdgeLimits.Http2::streamWindow,
                        EdgeLimits.Http2::connectionWindow,
                        EdgeLimits.Http2::priorities,
                        EdgeLimits.Http2::streams)
                .containsExactly(70000, 80000, 9, 100);
        assertThat(sluice.run("run", "--http2-window=10").err()).contains("at least 65535");

        ProgramRun other = new ProgramRun(Program.KAMAL_PROXY, home);
        assertThat(other.run("run", "--min-rate=1").err()).isEqualTo("Error: unknown flag: --min-rate\n");
        other.run("run");
        assertThat(other.daemon().limits().heads()).isEqualTo(EdgeLimits.Heads.DEFAULT);
        assertThat(other.daemon().limits().connections().total()).isPositive();
    }
}
