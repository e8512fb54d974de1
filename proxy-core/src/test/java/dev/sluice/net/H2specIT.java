package dev.sluice.net;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.condition.OS.LINUX;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.io.TempDir;

/** The conformance suite h2spec, over TLS and through the proxy to a target. */
@EnabledOnOs(value = LINUX, architectures = "amd64")
class H2specIT {
    private static final String ARCHIVE = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";
    private static final String HOST = "127.0.0.1";

    @TempDir
    Path directory;

    @Test
    void everyCaseOfTheSuitePasses() throws Exception {
        Path program = unpack();
        try (ProxyFixture proxy = new ProxyFixture();
                Backend target = new Backend("app", (request, wire) -> Backend.ok(wire, "x".repeat(1000)))) {
            proxy.certificate("cert", TestCertificates.forHost("app.test"));
            ServiceOptions options = new ServiceOptions(
                    List.of(HOST),
                    List.of(),
                    true,
                    new TlsOptions(true, false, "cert", "key", "", "", ""),
                    "",
                    "",
                    Duration.ZERO,
                    false,
                    List.of(),
                    "");
            proxy.deploy("app", options, ProxyFixture.QUICK, Duration.ofSeconds(5), target);
            Path output = directory.resolve("output");
            Process suite = new ProcessBuilder(
                            program.toString(), "-t", "-k", "-S", "-h", HOST, "-p", Integer.toString(proxy.tlsPort))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            assertThat(suite.waitFor(240, SECONDS)).isTrue();
            assertThat(Files.readString(output)).containsPattern("14[67] tests, 14[67] passed, 0 skipped, 0 failed");
        }
    }

    private Path unpack() throws Exception {
        Path archive = directory.resolve("h2spec.tar.gz");
        try (InputStream in = Objects.requireNonNull(H2specIT.class.getResourceAsStream(ARCHIVE))) {
            Files.copy(in, archive, StandardCopyOption.REPLACE_EXISTING);
        }
        int status = new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", directory.toString())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(status).isZero();
        return directory.resolve("h2spec");
    }
}
