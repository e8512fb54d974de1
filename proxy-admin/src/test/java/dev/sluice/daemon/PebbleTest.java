package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.acme.AcmeOptions;
import dev.sluice.acme.DnsOptions;
import dev.sluice.admin.client.AdminClient;
import dev.sluice.admin.client.JsonObject;
import dev.sluice.fixture.FreePort;
import dev.sluice.fixture.Pebble;
import dev.sluice.observe.LogWriter;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The whole way of a certificate: daemon, deploy, order at Pebble, and curl that trusts Pebble's root alone. */
@EnabledIf(
        value = "dev.sluice.fixture.Pebble#installed",
        disabledReason = "pebble is not installed (apt install pebble)")
class PebbleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path work;

    private int http;
    private int https;
    private HttpServer target;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void startTarget() throws Exception {
        http = FreePort.next();
        https = FreePort.next();
        target = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        target.createContext("/", exchange -> {
            byte[] body = "hello".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        target.start();
        opened.add(() -> target.stop(0));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    private Pebble pebble(int httpPort, int tlsPort, Map<String, String> environment) throws Exception {
        Pebble pebble = new Pebble(work, httpPort, tlsPort, environment);
        opened.add(pebble);
        return pebble;
    }

    private AdminClient daemon(Pebble pebble, Duration deployWait, DnsOptions dns) throws Exception {
        AcmeOptions acme = new AcmeOptions(
                List.of(pebble.directory), pebble.root.toString(), "ops@sluice.test", "", "", "", deployWait, dns);
        Paths paths = new Paths(work.resolve("s.sock"), Files.createDirectories(work.resolve("data")));
        LogWriter log = new LogWriter(OutputStream.nullOutputStream(), LogWriter.CAPACITY);
        opened.add(log::close);
        Daemon daemon = new Daemon(new RunOptions(false, http, https, 0, false, false, acme, paths), log);
        daemon.start();
        opened.add(daemon::stop);
        return new AdminClient(work.resolve("s.sock"), Duration.ofSeconds(5));
    }

    private List<JsonObject> deploy(AdminClient client, String service, List<String> hosts) throws Exception {
        List<JsonObject> events = new ArrayList<>();
        Map<String, Object> body =
                Map.of("targets", List.of("127.0.0.1:" + target.getAddress().getPort()), "hosts", hosts, "tls", true);
        client.watch("POST", "/v1/services/" + service + "/deploys", body, events::add);
        return events;
    }

    private static List<JsonObject> certificates(AdminClient client, String service) throws Exception {
        return client.get("/v1/services/" + service).objects("certificates");
    }

    private static void awaitValid(AdminClient client, String service) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(certificates(client, service))
                        .isNotEmpty()
                        .allSatisfy(c ->
                                assertThat(c.text("state")).as(c.text("error")).isEqualTo("valid")));
    }

    private String curl(Pebble pebble, String host, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "10", "--cacert"));
        command.add(pebble.issuingRoot(work).toString());
        command.addAll(List.of("--resolve", host + ":" + https + ":127.0.0.1", "-w", " %{http_version} %{http_code}"));
        command.addAll(List.of(more));
        command.add("https://" + host + ":" + https + "/");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(20, TimeUnit.SECONDS);
        return output;
    }

    @Test
    void theDeployOrdersByHttpAndTheFirstVisitorFindsTheCertificate() throws Exception {
        // Nothing listens where Pebble checks by TLS, so http-01 it was.
        Pebble pebble = pebble(http, 1, Map.of());
        AdminClient client = daemon(pebble, Duration.ofSeconds(30), DnsOptions.NONE);

        List<JsonObject> events = deploy(client, "web", List.of("app.sluice.test", "www.sluice.test"));

        JsonObject told = events.stream()
                .filter(e -> e.text("event").equals("certificates"))
                .findFirst()
                .orElseThrow();
        assertThat(told.objects("certificates"))
                .extracting(c -> c.text("name"), c -> c.text("state"))
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("app.sluice.test", "valid"),
                        org.assertj.core.groups.Tuple.tuple("www.sluice.test", "valid"));
        assertThat(curl(pebble, "app.sluice.test", "--http1.1")).isEqualTo("hello 1.1 200");
        assertThat(curl(pebble, "www.sluice.test", "--http2")).isEqualTo("hello 2 200");
        assertThat(certificates(client, "web"))
                .allSatisfy(c -> assertThat(c.text("issuer")).contains("Pebble"));
    }

    @Test
    void aPausedServiceGetsItsCertificateAndDeploysNeedNotWait() throws Exception {
        Pebble pebble = pebble(http, 1, Map.of());
        AdminClient client = daemon(pebble, Duration.ZERO, DnsOptions.NONE);
        deploy(client, "web", List.of("one.sluice.test"));
        client.call("POST", "/v1/services/web/stop", Map.of());

        awaitValid(client, "web");
        client.call("POST", "/v1/services/web/resume", Map.of());
        assertThat(curl(pebble, "one.sluice.test")).isEqualTo("hello 2 200");
    }

    @Test
    void whereHttpIsNotReachableTlsAlpnIsTried() throws Exception {
        Pebble pebble = pebble(1, https, Map.of());
        AdminClient client = daemon(pebble, Duration.ofSeconds(30), DnsOptions.NONE);

        deploy(client, "web", List.of("alpn.sluice.test"));

        awaitValid(client, "web");
        assertThat(curl(pebble, "alpn.sluice.test", "--http1.1")).isEqualTo("hello 1.1 200");
        assertThat(curl(pebble, "alpn.sluice.test", "--http2")).isEqualTo("hello 2 200");
    }

    @Test
    void wildcardAndApexAreProvedByDnsInOneCertificateAndTheRecordsAreRemoved() throws Exception {
        Pebble pebble = pebble(1, 1, Map.of());
        Path calls = work.resolve("calls");
        Path hook = work.resolve("hook.sh");
        Files.writeString(hook, """
                echo "$1 $2" >>%s
                case $1 in
                  present) curl -sS -d "{\\"host\\":\\"$2\\",\\"value\\":\\"$3\\"}" http://127.0.0.1:%d/set-txt ;;
                  cleanup) curl -sS -d "{\\"host\\":\\"$2\\"}" http://127.0.0.1:%d/clear-txt ;;
                esac
                """.formatted(calls, pebble.dnsManagementPort, pebble.dnsManagementPort));
        AdminClient client = daemon(
                pebble, Duration.ofSeconds(30), new DnsOptions("sh " + hook, "", "", "127.0.0.1:" + pebble.dnsPort));

        deploy(client, "web", List.of("*.wild.sluice.test", "wild.sluice.test"));

        awaitValid(client, "web");
        assertThat(curl(pebble, "any.wild.sluice.test", "--http1.1")).isEqualTo("hello 1.1 200");
        assertThat(curl(pebble, "wild.sluice.test", "--http2")).isEqualTo("hello 2 200");
        assertThat(Files.readAllLines(calls))
                .containsExactly(
                        "present _acme-challenge.wild.sluice.test.",
                        "present _acme-challenge.wild.sluice.test.",
                        "cleanup _acme-challenge.wild.sluice.test.",
                        "cleanup _acme-challenge.wild.sluice.test.");
    }

    @Test
    void anOrderThatFailsIsToldOfInPlainWords() throws Exception {
        Pebble pebble = pebble(1, 1, Map.of());
        AdminClient client = daemon(pebble, Duration.ofSeconds(30), DnsOptions.NONE);

        deploy(client, "web", List.of("closed.sluice.test"));

        JsonObject certificate = certificates(client, "web").getFirst();
        assertThat(certificate.text("state")).isEqualTo("missing");
        assertThat(certificate.text("error"))
                .contains("port 80 of closed.sluice.test is not reachable")
                .contains("port 443 of closed.sluice.test is not reachable");
        assertThat(certificate.text("next_attempt")).isNotEmpty();
    }
}
