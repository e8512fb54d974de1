package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.WebSocketApp;
import dev.sluice.fixture.Wire;
import dev.sluice.service.DeliveryOptions;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TargetOptions;
import dev.sluice.service.TlsOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of open WebSockets when a service switches to another version. */
@Timeout(60)
class WebSocketSwitchTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final ProxyFixture proxy = new ProxyFixture();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final Backend old = new Backend("old", WebSocketApp::echo);
    private final Backend next = new Backend("next", WebSocketApp::echo);
    private final List<Wire> opened = new ArrayList<>();

    WebSocketSwitchTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        threads.shutdownNow();
        for (Wire wire : opened) {
            wire.close();
        }
        old.close();
        next.close();
        proxy.close();
    }

    private static TargetOptions spreadOver(Duration websocketDrain) {
        TargetOptions quick = ProxyFixture.QUICK;
        DeliveryOptions usual = DeliveryOptions.DEFAULT;
        return new TargetOptions(
                quick.healthCheck(),
                quick.responseTimeout(),
                quick.buffering(),
                List.of(),
                List.of(),
                true,
                false,
                new DeliveryOptions(
                        usual.retryFor(),
                        websocketDrain,
                        usual.maxBody(),
                        usual.proxyProtocol(),
                        usual.balancerPath()));
    }

    private void deploy(String host, Duration spread, Duration drain, Backend target) throws Exception {
        ServiceOptions options = new ServiceOptions(
                List.of(host), List.of(), true, TlsOptions.OFF, "", "", Duration.ofSeconds(1), false, List.of(), "");
        proxy.deploy(host, options, spreadOver(spread), drain, target);
    }

    private Wire open(String host) throws IOException {
        Wire wire = proxy.connect();
        synchronized (opened) {
            opened.add(wire);
        }
        wire.send(WebSocketApp.handshake(host));
        assertThat(wire.head()).startsWith("HTTP/1.1 101 ");
        return wire;
    }

    private static void exchangeFrames(Wire wire) throws IOException {
        byte[] frame = WebSocketApp.text("hello");
        wire.send(frame);
        assertThat(wire.exactly(frame.length)).isEqualTo(frame);
    }

    /** When a client was told, whether it was told why, and when it was back. */
    private record Told(long at, boolean properly, long back) {}

    private Told obey(Wire wire) throws IOException {
        wire.timeout(30_000);
        byte[] close = wire.exactly(4);
        long at = System.nanoTime();
        wire.send(WebSocketApp.MASKED_CLOSE_1012);
        boolean ended = wire.rest().length == 0;
        exchangeFrames(open("app.test"));
        return new Told(at, ended && Arrays.equals(close, WebSocketApp.CLOSE_1012), System.nanoTime());
    }

    private static long mostInATenth(List<Long> times, long from, Duration window) {
        long[] tenths = new long[11];
        for (long time : times) {
            tenths[(int) Math.clamp((time - from) * 10 / window.toNanos(), 0, 10)]++;
        }
        return Arrays.stream(tenths).max().orElse(0);
    }

    @Test
    void twoHundredAreToldOneAfterTheOtherAndNoOtherServicesIsTouched() throws Exception {
        Duration spread = Duration.ofSeconds(3);
        try (Backend other = new Backend("other", WebSocketApp::echo)) {
            deploy("app.test", spread, LONG, old);
            deploy("other.test", spread, LONG, other);
            List<Wire> others = new ArrayList<>();
            List<Future<Told>> clients = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Wire wire = open("app.test");
                exchangeFrames(wire);
                clients.add(threads.submit(() -> obey(wire)));
                if (i % 4 == 0) {
                    others.add(open("other.test"));
                }
            }
            long begun = System.nanoTime();
            deploy("app.test", spread, LONG, next);
            long returned = System.nanoTime();
            assertThat(Duration.ofNanos(returned - begun)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(15));
            List<Long> told = new ArrayList<>();
            List<Long> back = new ArrayList<>();
            for (Future<Told> client : clients) {
                Told how = client.get();
                assertThat(how.properly()).as("closed with 1012 and ended").isTrue();
                assertThat(how.at()).as("the deploy's answer comes later").isLessThan(returned);
                told.add(how.at());
                back.add(how.back());
            }
            long first = told.stream().min(Long::compare).orElseThrow();
            // A tenth each, and room for a machine that is busy with other things.
            assertThat(mostInATenth(told, first, spread)).as("told in a tenth").isLessThanOrEqualTo(60);
            assertThat(mostInATenth(back, first, spread)).as("back in a tenth").isLessThanOrEqualTo(100);
            for (Wire wire : others) {
                exchangeFrames(wire);
            }
            assertThat(other.connections.get() - other.healthChecks.get()).isEqualTo(50);
        }
        await().until(() -> old.openConnections() == 0);
    }

    @Test
    void withNoTimeToSpreadThemAllAreToldAtOnce() throws Exception {
        deploy("app.test", Duration.ZERO, LONG, old);
        List<Future<Told>> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Wire wire = open("app.test");
            clients.add(threads.submit(() -> obey(wire)));
        }
        long begun = System.nanoTime();
        deploy("app.test", Duration.ZERO, LONG, next);
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(5));
        for (Future<Told> client : clients) {
            assertThat(client.get().properly()).isTrue();
        }
    }

    @Test
    void aSingleOneIsToldAtOnce() throws Exception {
        deploy("app.test", Duration.ofSeconds(20), LONG, old);
        Wire wire = open("app.test");
        Future<Told> client = threads.submit(() -> obey(wire));
        long begun = System.nanoTime();
        deploy("app.test", Duration.ofSeconds(20), LONG, next);
        assertThat(client.get().properly()).isTrue();
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void theDrainTimeoutIsTheLimit() throws Exception {
        deploy("app.test", Duration.ofSeconds(50), LONG, old);
        List<Wire> silent = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            silent.add(open("app.test"));
        }
        long begun = System.nanoTime();
        deploy("app.test", Duration.ofSeconds(50), Duration.ofSeconds(2), next);
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(6));
        for (Wire wire : silent) {
            assertThat(wire.rest()).isEqualTo(WebSocketApp.CLOSE_1012);
        }
        await().until(() -> old.openConnections() == 0);
    }

    @Test
    void aDrainWithoutTimeTellsThemAllTheSame() throws Exception {
        deploy("app.test", Duration.ofSeconds(2), LONG, old);
        Wire wire = open("app.test");
        deploy("app.test", Duration.ofSeconds(2), Duration.ZERO, next);
        assertThat(wire.rest()).isEqualTo(WebSocketApp.CLOSE_1012);
    }

    @Test
    void anotherProtocolLastsUntilTheEndOfTheDrainAndTheDeployWaitsForIt() throws Exception {
        Duration spread = Duration.ofSeconds(1);
        deploy("app.test", spread, LONG, old);
        Wire wire = open("app.test");
        Wire custom = proxy.connect();
        opened.add(custom);
        custom.send("GET / HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: custom\r\n\r\n");
        custom.head();
        long begun = System.nanoTime();
        Future<?> deploying = threads.submit(() -> {
            deploy("app.test", spread, LONG, next);
            return null;
        });
        assertThat(wire.exactly(4)).isEqualTo(WebSocketApp.CLOSE_1012);
        custom.send("x");
        assertThat(custom.text(1)).as("the WebSocket is told, this goes on").isEqualTo("x");
        assertThat(custom.rest()).isEmpty();
        deploying.get();
        assertThat(System.nanoTime() - begun).isGreaterThan(spread.toNanos());
    }

    @Test
    void theClientsAnswerReachesTheApplicationAndItsFurtherFramesBeforeIt() throws Exception {
        byte[] frame = WebSocketApp.text("last words");
        try (Backend app = new Backend("app", (request, wire) -> {
            WebSocketApp.accept(request, wire);
            assertThat(wire.rest())
                    .startsWith(frame)
                    .endsWith(WebSocketApp.MASKED_CLOSE_1012)
                    .hasSize(frame.length + 8);
            seen.add("closed in order");
        })) {
            deploy("app.test", Duration.ZERO, LONG, app);
            Wire wire = open("app.test");
            Future<?> deploying = threads.submit(() -> {
                deploy("app.test", Duration.ZERO, LONG, next);
                return null;
            });
            wire.exactly(4);
            wire.send(frame);
            wire.send(WebSocketApp.MASKED_CLOSE_1012);
            assertThat(wire.rest()).isEmpty();
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("closed in order");
            deploying.get();
        }
    }

    @Test
    void theApplicationIsToldInThePlaceOfAClientThatDoesNotAnswer() throws Exception {
        try (Backend app = new Backend("app", (request, wire) -> {
            WebSocketApp.accept(request, wire);
            assertThat(wire.rest()).isEqualTo(WebSocketApp.MASKED_CLOSE_1012);
            seen.add("told");
        })) {
            deploy("app.test", Duration.ZERO, LONG, app);
            Wire wire = open("app.test");
            deploy("app.test", Duration.ZERO, LONG, next);
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("told");
            assertThat(wire.rest()).isEqualTo(WebSocketApp.CLOSE_1012);
        }
    }

    @Test
    void anApplicationThatHasClosedByItselfIsNotSpokenFor() throws Exception {
        byte[] normal = {(byte) 0x88, 2, 0x03, (byte) 0xe8};
        try (Backend app = new Backend("app", (request, wire) -> {
            WebSocketApp.accept(request, wire);
            wire.send(normal);
            wire.rest();
        })) {
            deploy("app.test", Duration.ZERO, LONG, app);
            Wire wire = open("app.test");
            assertThat(wire.exactly(4)).isEqualTo(normal);
            deploy("app.test", Duration.ZERO, LONG, next);
            assertThat(wire.rest()).as("a second Close frame").isEmpty();
        }
    }

    @Test
    void aServiceThatIsResumedKeepsThoseThatWereNotToldYet() throws Exception {
        deploy("app.test", Duration.ofSeconds(25), LONG, old);
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(open("app.test"));
        }
        Future<?> pausing = threads.submit(() -> {
            proxy.pauses.pause("app.test", LONG, LONG);
            return null;
        });
        await().until(() -> proxy.target("app.test").tunnels() < 20);
        proxy.pauses.resume("app.test");
        pausing.get();
        long left = proxy.target("app.test").tunnels();
        assertThat(left).isBetween(10L, 19L);
        long alive = 0;
        for (Wire wire : clients) {
            alive += answers(wire) ? 1 : 0;
        }
        assertThat(alive).isEqualTo(left);
    }

    private static boolean answers(Wire wire) {
        byte[] frame = WebSocketApp.text("still there?");
        try {
            wire.send(frame);
            return Arrays.equals(wire.exactly(frame.length), frame);
        } catch (IOException e) {
            // It was told, and has ended.
            return false;
        }
    }

    @Test
    void aClientThatReadsNothingDoesNotHoldUpTheDeploy() throws Exception {
        try (Backend flood = new Backend("flood", (request, wire) -> {
            WebSocketApp.accept(request, wire);
            while (true) {
                wire.send(WebSocketFramesTest.frame(60_000, false));
            }
        })) {
            deploy("app.test", Duration.ZERO, LONG, flood);
            try (Wire wire = Wire.narrowTo(proxy.port)) {
                wire.send(WebSocketApp.handshake("app.test"));
                wire.head();
                long begun = System.nanoTime();
                deploy("app.test", Duration.ZERO, LONG, next);
                assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(8));
                assertThat(proxy.workers.clientConnections()).isZero();
            }
        }
    }

    @Test
    void theOpenOnesOfATargetAreCounted() throws Exception {
        deploy("app.test", Duration.ZERO, LONG, old);
        Wire wire = open("app.test");
        // Told of by the event loop, which has sent the 101 before.
        await("tunnels").until(() -> proxy.target("app.test").tunnels() == 1);
        await("requests").until(() -> proxy.inflight() == 0);
        wire.close();
        await().until(() -> proxy.target("app.test").tunnels() == 0);
    }
}
