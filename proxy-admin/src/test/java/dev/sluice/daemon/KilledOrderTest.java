package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.admin.client.AdminClient;
import dev.sluice.admin.client.JsonObject;
import dev.sluice.fixture.FreePort;
import dev.sluice.fixture.Pebble;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that is killed while Pebble checks a name for it, and started again. */
@EnabledIf(
        value = "dev.sluice.fixture.Pebble#installed",
        disabledReason = "pebble is not installed (apt install pebble)")
class KilledOrderTest {
    private static final String NAME = "app.sluice.test";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path home;

    private int http;
    private int https;
    private HttpServer target;
    private Turnstile turnstile;
    private Pebble pebble;

    @BeforeEach
    void startAuthority() throws Exception {
        target = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        target.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        target.start();
        http = FreePort.next();
        https = FreePort.next();
        turnstile = new Turnstile(http);
        pebble = new Pebble(home, turnstile.port(), 1, Map.of());
    }

    @AfterEach
    void close() throws Exception {
        pebble.close();
        turnstile.close();
        target.stop(0);
    }

    private DaemonProcess daemon() throws IOException {
        return new DaemonProcess(
                home,
                "--http-port=" + http,
                "--https-port=" + https,
                "--acme-directory=" + pebble.directory,
                "--acme-root=" + pebble.root,
                "--acme-deploy-wait=0s");
    }

    private AdminClient client() {
        return new AdminClient(home.resolve("kamal-proxy.sock"), Duration.ofSeconds(5));
    }

    private void deploy() throws Exception {
        Map<String, Object> body = Map.of(
                "targets", List.of("127.0.0.1:" + target.getAddress().getPort()), "hosts", List.of(NAME), "tls", true);
        client().watch("POST", "/v1/services/web/deploys", body, _ -> {});
    }

    private JsonObject certificate() throws Exception {
        return client().get("/v1/services/web").objects("certificates").getFirst();
    }

    private Path stored(String name) throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve(".config/kamal-proxy/certs"))) {
            return files.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
        }
    }

    /** As if the first step of the ladder had passed while nothing ran. */
    private void passTheWait() throws IOException {
        Path record = stored(NAME + "+sluice");
        List<String> lines = Files.readAllLines(record);
        assertThat(lines).anyMatch(line -> line.startsWith("next_try="));
        Files.write(
                record,
                lines.stream().filter(line -> !line.startsWith("next_try=")).toList());
    }

    @Test
    void theOrderIsMadeAnewAndTheStoreIsWhole() throws Exception {
        try (DaemonProcess first = daemon()) {
            deploy();
            turnstile.awaitVisitor();
            first.kill();
        }
        turnstile.open();
        assertThat(pebble.orders()).isEqualTo(1);
        passTheWait();

        try (DaemonProcess second = daemon()) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(certificate().text("state"))
                            .as(certificate().text("error"))
                            .isEqualTo("valid"));
            assertThat(certificate().text("issuer")).contains("Pebble");
            second.kill();
        }
        assertThat(pebble.orders()).isEqualTo(2);
        assertThat(Files.readString(stored(NAME))).contains("PRIVATE KEY").contains("END CERTIFICATE");

        try (DaemonProcess third = daemon()) {
            assertThat(certificate().text("state")).isEqualTo("valid");
            third.kill();
        }
        assertThat(pebble.orders()).as("nothing was left to do").isEqualTo(2);
    }

    @Test
    void oneThatIsKilledAgainAndAgainMakesNoThirdOrderWithinTheHour() throws Exception {
        for (int start = 0; start < 2; start++) {
            try (DaemonProcess daemon = daemon()) {
                if (start == 0) {
                    deploy();
                }
                int begun = start + 1;
                await().atMost(PATIENCE).until(() -> pebble.orders() == begun);
                daemon.kill();
            }
            passTheWait();
        }

        try (DaemonProcess third = daemon()) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(certificate().text("error")).contains("before the next order"));
            third.kill();
        }
        assertThat(pebble.orders()).isEqualTo(2);
    }
}
