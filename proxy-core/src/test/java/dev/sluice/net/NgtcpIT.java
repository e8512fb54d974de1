package dev.sluice.net;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/3 with the client of another library: gtlsclient of ngtcp2, where it is installed (Debian: ngtcp2-client). */
@Timeout(120)
class NgtcpIT {
    private static final Path CLIENT = Path.of("/usr/bin/gtlsclient");

    @TempDir
    Path directory;

    private final byte[] large = new byte[1_000_000];
    private ProxyFixture proxy;
    private Backend app;

    @BeforeEach
    void begin() throws Exception {
        assumeTrue(Files.isExecutable(CLIENT), CLIENT + " is not installed");
        new Random(1).nextBytes(large);
        proxy = new ProxyFixture();
        app = new Backend("app", (request, to) -> {
            to.send("HTTP/1.1 200 OK\r\nContent-Length: " + large.length + "\r\n\r\n");
            to.send(large);
        });
        proxy.certificate("cert", TestCertificates.forHost("localhost"));
        proxy.serveHttp3();
        ServiceOptions options = new ServiceOptions(
                List.of("localhost"),
                List.of(),
                true,
                new TlsOptions(true, false, "cert", "key", "", "", ""),
                "",
                "",
                Duration.ZERO,
                false,
                List.of(),
                "");
        proxy.deploy("app", options, ProxyFixture.QUICK, Duration.ofSeconds(5), app);
    }

    @AfterEach
    void end() throws Exception {
        if (proxy != null) {
            app.close();
            proxy.close();
        }
    }

    @Test
    void itsRequestsAreAnsweredWhole() throws Exception {
        assertDownloads(20);
    }

    @Test
    void theyAreWithLossesOnTheWay() throws Exception {
        assertDownloads(20, "--tx-loss=0.05", "--rx-loss=0.05");
    }

    @Test
    void itMovesToAnotherAddress() throws Exception {
        assertDownloads(20, "--change-local-addr=50ms");
    }

    @Test
    void itsUploadArrives() throws Exception {
        Path upload = Files.write(directory.resolve("upload"), large);
        run(List.of("/up"), "--http-method=POST", "--data=" + upload);
        assertThat(app.requests.getFirst().body).isEqualTo(large);
    }

    private void assertDownloads(int count, String... more) throws Exception {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            paths.add("/file" + i);
        }
        run(paths, more);
        for (int i = 0; i < count; i++) {
            assertThat(directory.resolve("file" + i)).hasBinaryContent(large);
        }
    }

    private String run(List<String> paths, String... more) throws Exception {
        String port = Integer.toString(proxy.tlsPort);
        List<String> command = new ArrayList<>(
                List.of(CLIENT.toString(), "--quiet", "--exit-on-all-streams-close", "--download=" + directory));
        command.addAll(List.of(more));
        // It names localhost in its handshake when it is given an address.
        command.addAll(List.of("127.0.0.1", port));
        paths.forEach(path -> command.add("https://localhost" + path));
        Path output = directory.resolve("output");
        Process client = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(client.waitFor(60, SECONDS)).isTrue();
        String said = Files.readString(output);
        assertThat(client.exitValue()).as(said).isZero();
        return said;
    }
}
