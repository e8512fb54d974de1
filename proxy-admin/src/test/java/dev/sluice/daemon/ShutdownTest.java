package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.admin.client.AdminClient;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.FreePort;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a daemon that is told to end takes its leave: of load balancers, of new clients, of those it is serving. */
@Timeout(120)
class ShutdownTest {
    private static final Duration DELAY = Duration.ofSeconds(4);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path home;

    private final CountDownLatch rest = new CountDownLatch(1);
    private Backend target;
    private int http;
    private int https;

    @BeforeEach
    void startTarget() throws Exception {
        http = FreePort.next();
        https = FreePort.next();
        target = new Backend("app", (request, wire) -> {
            if (request.target().equals("/slow")) {
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
                awaitRest();
                wire.send("-last");
            } else {
                Backend.ok(wire, "app");
            }
        });
    }

    private void awaitRest() throws IOException {
        try {
            rest.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @AfterEach
    void stopTarget() throws Exception {
        rest.countDown();
        target.close();
    }

    private DaemonProcess daemon(String delay, String timeout) throws Exception {
        DaemonProcess daemon = new DaemonProcess(
                home,
                "--http-port=" + http,
                "--https-port=" + https,
                "--balancer-path=/balancer",
                "--shutdown-delay=" + delay,
                "--shutdown-timeout=" + timeout);
        new AdminClient(home.resolve("kamal-proxy.sock"), Duration.ofSeconds(5))
                .watch("POST", "/v1/services/web/deploys", Map.of("targets", List.of(target.address())), _ -> {});
        return daemon;
    }

    private Message get(String path) throws IOException {
        try (Wire wire = Wire.to(http)) {
            ask(wire, path);
            return ProxyFixture.receive(wire);
        }
    }

    private static void ask(Wire wire, String path) throws IOException {
        wire.send("GET " + path + " HTTP/1.1\r\nHost: app.test\r\n\r\n");
    }

    /** Asks for what takes until {@link #rest}; returns when its beginning has come. */
    private Wire beginSlow() throws IOException {
        Wire wire = Wire.to(http);
        ask(wire, "/slow");
        assertThat(wire.head()).startsWith("HTTP/1.1 200 ");
        assertThat(wire.exactly(5)).asString().isEqualTo("first");
        return wire;
    }

    private void awaitUnhealthy() {
        await().atMost(PATIENCE).until(() -> get("/balancer").status() == 503);
    }

    private static boolean refused(int port) throws IOException {
        try (Wire _ = Wire.to(port)) {
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    @Test
    void itTellsBalancersThenServesOnThenClosesThePortsAndFinishesWhatIsUnderWay() throws Exception {
        try (DaemonProcess daemon = daemon("4s", "60s");
                Wire slow = beginSlow()) {
            assertThat(get("/balancer").status()).isEqualTo(200);

            long told = System.nanoTime();
            daemon.terminate();
            awaitUnhealthy();
            assertThat(get("/").text()).isEqualTo("app");
            assertThat(refused(https)).isFalse();

            await().atMost(PATIENCE).until(() -> refused(http) && refused(https));
            assertThat(Duration.ofNanos(System.nanoTime() - told)).isGreaterThanOrEqualTo(DELAY);

            rest.countDown();
            assertThat(slow.exactly(5)).asString().isEqualTo("-last");
            assertThat(slow.ended()).isTrue();
            assertThat(daemon.end()).isZero();
            assertThat(daemon.log()).contains("Server stopped").doesNotContain("Closing active connections");
        }
    }

    @Test
    void whatTakesLongerThanItsTimeIsCut() throws Exception {
        try (DaemonProcess daemon = daemon("0s", "1s");
                Wire slow = beginSlow()) {
            long told = System.nanoTime();
            daemon.terminate();

            assertThat(slow.ended()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - told)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(daemon.end()).isZero();
            assertThat(daemon.log()).contains("Closing active connections").contains("Server stopped");
            assertThatThrownBy(() -> Wire.to(http)).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void aSecondSignalEndsItAtOnce() throws Exception {
        try (DaemonProcess daemon = daemon("10m", "10m");
                Wire slow = beginSlow()) {
            daemon.terminate();
            awaitUnhealthy();
            daemon.terminate();

            assertThat(daemon.end()).isEqualTo(1);
            assertThat(slow.ended()).isTrue();
            assertThat(daemon.log()).contains("Ending at once").doesNotContain("Server stopped");
        }
    }
}
