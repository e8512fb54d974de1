package dev.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.fixture.Pebble;
import dev.sluice.tls.CertificateStatus;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Pebble at its worst: it refuses every third nonce, and orders fail. Time is moved, so that no test waits for it. */
@EnabledIf(
        value = "dev.sluice.fixture.Pebble#installed",
        disabledReason = "pebble is not installed (apt install pebble)")
class FailingOrdersTest {
    private static final String NAME = "app.sluice.test";

    @TempDir
    private Path work;

    private final MovableClock clock = new MovableClock();
    private final PendingChallenges challenges = new PendingChallenges();
    private HttpServer responder;
    private Pebble pebble;
    private OrderQueue queue;

    @BeforeEach
    void start() throws Exception {
        responder = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        responder.createContext("/.well-known/acme-challenge/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            String answer = String.valueOf(challenges.http01(path.substring(path.lastIndexOf('/') + 1)));
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(answer.getBytes(StandardCharsets.US_ASCII));
            }
        });
        responder.start();
        pebble = new Pebble(work, responder.getAddress().getPort(), 1, Map.of("PEBBLE_WFE_NONCEREJECT", "33"));
        clock.set(Instant.now());
        AcmeOptions options = new AcmeOptions(
                List.of(pebble.directory), pebble.root.toString(), "", "", "", "", Duration.ZERO, DnsOptions.NONE);
        Attempt attempt = new Attempt(
                new AcmeIssuance(options, challenges),
                (_, issuer) -> new FileStore(work.resolve("certs").toString(), issuer.storeKey()),
                DnsOptions.NONE,
                clock,
                new Random(7));
        queue = new OrderQueue(() -> attempt, clock, new Random(7), Runnable::run);
    }

    @AfterEach
    void close() {
        pebble.close();
        responder.stop(0);
    }

    private ManagedCertificate want(String name) {
        ManagedCertificate managed = queue.join(
                NameSet.of(name),
                new FileStore(work.resolve("certs").toString(), pebble.directory),
                List.of(Issuer.of(pebble.directory)));
        managed.want();
        return managed;
    }

    private void stepOfTheLadder(ManagedCertificate managed) {
        clock.set(managed.due());
        queue.turn();
    }

    @Test
    void theLadderTriesAgainUntilAnOrderSucceeds() throws Exception {
        pebble.failFor(NAME, true);
        ManagedCertificate managed = want(NAME);
        Instant begin = clock.instant();
        queue.turn();
        for (int step = 0; step < 3; step++) {
            assertThat(managed.current()).isNull();
            assertThat(managed.problem()).contains(NAME);
            assertThat(managed.record().failures()).isEqualTo(step + 1);
            stepOfTheLadder(managed);
        }
        long inVain = pebble.orders();
        assertThat(inVain)
                .as("two an hour at most, in %s", Duration.between(begin, clock.instant()))
                .isBetween(2L, 2 * (1 + Duration.between(begin, clock.instant()).toHours()));

        pebble.failFor(NAME, false);
        while (managed.current() == null && managed.record().failures() < 10) {
            stepOfTheLadder(managed);
        }

        assertThat(managed.current()).as(managed.problem()).isNotNull();
        assertThat(managed.statuses(clock.instant()).getFirst().state()).isEqualTo(CertificateStatus.State.VALID);
        assertThat(managed.record().failures()).isZero();
        assertThat(pebble.orders()).isGreaterThan(inVain);
    }

    @Test
    void aNameThatTheAuthorityRefusesIsToldOfAndTriedAgainLater() throws Exception {
        ManagedCertificate managed = want("www." + Pebble.BLOCKED);
        queue.turn();

        assertThat(managed.current()).isNull();
        assertThat(managed.problem()).contains("does not certify this name").contains("forbidden by policy");
        assertThat(managed.due()).isAfter(clock.instant());
        assertThat(pebble.orders()).isZero();
    }
}
