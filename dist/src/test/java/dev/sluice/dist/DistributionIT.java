package dev.sluice.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.dist.Installation.Outcome;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a user of the tree in target/sluice relies on. Real processes, real sockets on the loopback address. */
class DistributionIT {
    private static final Duration COMMAND_CEILING = Duration.ofSeconds(2);
    private static final Duration DAEMON_CEILING = Duration.ofSeconds(10);
    private static final int MEMORY_CEILING_MIB = 160;

    @TempDir
    private Path home;

    private Installation sluice;

    @BeforeEach
    void findTree() throws IOException {
        sluice = Installation.built(home);
    }

    @Test
    void saysItsVersion() throws Exception {
        Outcome outcome = sluice.run("bin/sluice", "--version");

        assertThat(outcome).isEqualTo(new Outcome(0, "sluice " + System.getProperty("sluice.version") + "\n", ""));
    }

    @Test
    void answersUnderKamalProxysNameWithItsHelp() throws Exception {
        Outcome outcome = sluice.run("bin/kamal-proxy");

        assertThat(outcome.out()).contains("kamal-proxy [command]", "deploy", "rollout");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.code()).isZero();
    }

    @Test
    void reportsAMistakeOnStandardErrorWithExitCodeOne() throws Exception {
        Outcome outcome = sluice.run("bin/kamal-proxy", "deploy", "web");

        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).isEqualTo("Error: required flag(s) \"target\" not set\n");
        assertThat(outcome.code()).isEqualTo(1);
    }

    @Test
    void runsThroughSymbolicLinksUnderTheNameOfTheFirst() throws Exception {
        Path first = home.resolve("bin/kamal-proxy");
        Files.createDirectory(home.resolve("bin"));
        Files.createSymbolicLink(home.resolve("second"), sluice.folder().resolve("bin/sluice"));
        Files.createSymbolicLink(first, Path.of("../second"));

        Outcome linked = new Installation(home, home).run("bin/kamal-proxy");

        assertThat(linked).isEqualTo(sluice.run("bin/kamal-proxy"));
    }

    @Test
    void letsTheJvmWriteNothingOfItsOwn() throws Exception {
        var environment = Map.of("JAVA_TOOL_OPTIONS", "-Da=b", "JDK_JAVA_OPTIONS", "-Da=b");

        assertThat(sluice.run(environment, "bin/sluice", "--version").err()).isEmpty();
    }

    @Test
    void deploysServesListsAndStops() throws Exception {
        HttpServer backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, 5);
                exchange.getResponseBody().write("hello".getBytes(UTF_8));
            }
        });
        backend.start();
        String target = "127.0.0.1:" + backend.getAddress().getPort();

        try (RunningDaemon daemon = RunningDaemon.of(sluice, Map.of());
                HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + daemon.httpPort + "/"))
                    .build();

            assertThat(sluice.run("bin/kamal-proxy", "deploy", "web", "--target=" + target))
                    .isEqualTo(new Outcome(0, "", ""));
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            assertThat(response.statusCode()).as(daemon.output()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("hello");
            assertThat(sluice.run("bin/kamal-proxy", "list").out()).contains("web", target, "running");
            assertThat(sluice.run("bin/kamal-proxy", "stop", "web")).isEqualTo(new Outcome(0, "", ""));
            assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(503);

            assertThat(daemon.stop()).isZero();
            assertThat(daemon.errors()).isEmpty();
            assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(ConnectException.class);
        } finally {
            backend.stop(0);
        }
        assertThat(sluice.run("bin/kamal-proxy", "list").code()).isEqualTo(1);
    }

    @Test
    void takesTheClassesOfBothProgramsFromTheirCaches() throws Exception {
        Path commandLog = home.resolve("command.classes");
        Path daemonLog = home.resolve("daemon.classes");

        assertThat(sluice.run(strictCache(commandLog), "bin/sluice", "--help").code())
                .isZero();
        try (RunningDaemon daemon = RunningDaemon.of(sluice, strictCache(daemonLog))) {
            assertThat(daemon.stop()).as(daemon.output()).isZero();
        }

        assertThat(cachedShare(commandLog)).isGreaterThan(0.9);
        assertThat(cachedShare(daemonLog)).isGreaterThan(0.9);
    }

    @Test
    void leavesTheCacheAloneWhenAJarIsNewer() throws Exception {
        Installation patched = new Installation(Path.of("target/patched").toAbsolutePath(), home);
        patched.linkTo(sluice);
        Path jar;
        try (Stream<Path> jars = Files.list(patched.folder().resolve("lib"))) {
            jar = jars.filter(each -> each.getFileName().toString().startsWith("proxy-admin"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.copy(jar.toRealPath(), jar, REPLACE_EXISTING);
        Path log = home.resolve("patched.classes");

        Outcome outcome =
                patched.run(Map.of("SLUICE_JAVA_OPTS", "-Xlog:class+load:file=" + log), "bin/sluice", "--version");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(cachedShare(log)).isLessThan(0.5);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void loadsNativeCodeFromItsOwnFolder() throws Exception {
        try (RunningDaemon daemon = RunningDaemon.of(sluice, Map.of())) {
            String maps = Files.readString(Path.of("/proc/" + daemon.process.pid() + "/maps"));

            assertThat(maps).contains(sluice.folder() + "/lib/native/libnetty_transport_native_epoll");
            assertThat(maps).doesNotContain(home.toString());
        }
    }

    @Test
    void remembersNamesForASecondAndFailuresNotAtAll() throws Exception {
        assertThat(Files.readAllLines(sluice.folder().resolve("runtime/conf/security/java.security")))
                .filteredOn(line -> line.startsWith("networkaddress.cache."))
                .containsExactly("networkaddress.cache.ttl=1", "networkaddress.cache.negative.ttl=0");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void opensNoJarAtAStartThatItNeedsNothingOf() throws Exception {
        try (RunningDaemon daemon = RunningDaemon.of(sluice, Map.of());
                Stream<Path> descriptors = Files.list(Path.of("/proc/" + daemon.process.pid() + "/fd"))) {
            // Some descriptors are closed while they are looked at.
            assertThat(descriptors.map(Path::toFile).map(DistributionIT::openFile))
                    .filteredOn(name -> name.endsWith(".jar"))
                    .contains("sluice.jar")
                    .allMatch(name -> name.matches("sluice\\.jar|proxy-core-.*"));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void tellsSystemdThatItIsReadyAndThatItStops() throws Exception {
        try (NotifySocket systemd = new NotifySocket(home.resolve("notify"));
                RunningDaemon daemon = RunningDaemon.of(sluice, Map.of("NOTIFY_SOCKET", systemd.path()))) {
            assertThat(systemd.next()).as(daemon.output()).startsWith("READY=1\n");

            daemon.stop();

            assertThat(systemd.next()).as(daemon.output()).startsWith("STOPPING=1\n");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void startsFastAndStaysSmall() throws Exception {
        Duration command = Duration.ofDays(1);
        for (int run = 0; run < 5; run++) {
            long began = System.nanoTime();
            sluice.run("bin/sluice", "--version");
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            command = took.compareTo(command) < 0 ? took : command;
        }
        try (RunningDaemon daemon = RunningDaemon.of(sluice, Map.of())) {
            long memory = residentMebibytes(daemon.process.pid());
            System.out.printf(
                    "command %d ms, daemon ready in %d ms with %d MiB resident%n",
                    command.toMillis(), daemon.startTime.toMillis(), memory);

            assertThat(command).isLessThan(COMMAND_CEILING);
            assertThat(daemon.startTime).isLessThan(DAEMON_CEILING);
            assertThat(memory).isLessThan(MEMORY_CEILING_MIB);
        }
    }

    /** A JVM that ends when it cannot use its AOT cache, and that writes down where each class came from. */
    private static Map<String, String> strictCache(Path log) {
        return Map.of("SLUICE_JAVA_OPTS", "-XX:AOTMode=on -Xlog:class+load:file=" + log);
    }

    private static double cachedShare(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(" source: "))
                    .mapToInt(line -> line.contains("shared objects file") ? 1 : 0)
                    .average()
                    .orElseThrow();
        }
    }

    private static String openFile(File descriptor) {
        try {
            return descriptor.getCanonicalFile().getName();
        } catch (IOException _) {
            return "";
        }
    }

    private static long residentMebibytes(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            String line =
                    lines.filter(each -> each.startsWith("VmRSS:")).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
        }
    }
}
