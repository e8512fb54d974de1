package dev.sluice.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Footprint;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.DeployProgress;
import dev.sluice.service.Deployment;
import dev.sluice.service.GoDuration;
import dev.sluice.service.ServiceOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Everything at once: all kinds of clients, a deploy every few seconds with the old application killed when it returns,
 * targets that are killed, refuse, or reset idle connections, pauses. Nobody gets a wrong answer, and at the end nothing
 * is left over. Takes as long as the property {@code soak.duration} says; the profile {@code soak} sets 10m.
 */
class SoakIT {
    private static final Duration DURATION = GoDuration.parse(System.getProperty("soak.duration", "30s"));
    // What may be there more at the end than before: pooled memory that has not been given back yet, and the log.
    private static final long SPARE_BYTES = 48L << 20;
    private static final long SPARE_FILES = 20;
    private static final Duration DRAIN = Duration.ofSeconds(20);

    private final Tally tally = new Tally();
    private final Faults faults = new Faults();
    private final Random random = new Random(1);
    private long end;

    @Test
    void nobodyGetsAWrongAnswerAndNothingIsLeftOver() throws Exception {
        Footprint atThird;
        Footprint atEnd;
        Footprint after;
        Footprint before;
        try (ProxyFixture proxy = new ProxyFixture()) {
            proxy.certificate("cert", TestCertificates.forHost(Clients.HOST));
            proxy.serveHttp3();
            SoakApp web = new SoakApp();
            deploy(proxy, "web", ProxyFixture.secured(Clients.HOST, "cert"), web);
            List<SoakApp> several = List.of(new SoakApp(), new SoakApp(), new SoakApp());
            deploy(proxy, "faulty", host(Clients.FAULTY), several.toArray(SoakApp[]::new));
            SoakApp held = new SoakApp();
            deploy(proxy, "paused", host(Clients.PAUSED), held);
            Clients clients = new Clients(proxy, tally, faults);
            before = Footprint.now();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> working = start(clients, threads);
                end = System.nanoTime() + DURATION.toNanos();
                Future<SoakApp> switching = threads.submit(() -> deployAgain(proxy, web));
                Future<?> failing = threads.submit(() -> fail(several));
                Future<?> pausing = threads.submit(() -> pause(proxy));
                await().timeout(DURATION).until(() -> left() < DURATION.toNanos() * 2 / 3);
                atThird = Footprint.now();
                await().timeout(DURATION).until(() -> left() <= 0);
                atEnd = Footprint.now();
                clients.end();
                for (Future<?> client : working) {
                    client.get();
                }
                System.out.printf("Soak of %s: %s%n", GoDuration.format(DURATION), tally);
                kill(switching.get());
                failing.get();
                pausing.get();
            }
            assertThat(tally.wrong())
                    .as(
                            "the proxy's errors were %s",
                            proxy.log()
                                    .lines()
                                    .filter(line -> line.contains("Error while")
                                            || line.contains("Limit reached")
                                            || (line.contains("\"path\":\"/bytes/200000\"")
                                                    && !line.contains("\"reason\":\"\"")))
                                    .toList())
                    .isEmpty();
            await().until(proxy.workers::clientConnections, open -> open == 0);
            several.forEach(SoakIT::kill);
            kill(held);
            long files = before.files() + SPARE_FILES;
            await().until(() -> Footprint.now().files() < files);
            after = Footprint.now();
        }
        System.out.printf(
                "MiB of heap, of direct memory, open files: before %s, at a third %s, at the end %s, after %s%n",
                text(before), text(atThird), text(atEnd), text(after));
        for (String kind : List.of(
                "GET",
                "POST",
                "TLS",
                "HTTP/2",
                "HTTP/3",
                "tunnel",
                "slow",
                "large",
                "left",
                "malformed",
                "paused",
                "faulty")) {
            assertThat(tally.count(kind)).as(kind).isPositive();
        }
        assertThat(atEnd.memory()).isLessThan(atThird.memory() + SPARE_BYTES);
        assertThat(after.memory()).isLessThan(before.memory() + SPARE_BYTES);
    }

    private static void kill(SoakApp app) {
        try {
            app.kill();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Footprint footprint) {
        return "%d/%d/%d".formatted(footprint.heap() >> 20, footprint.direct() >> 20, footprint.files());
    }

    private static List<Future<?>> start(Clients clients, ExecutorService threads) {
        List<Runnable> kinds = List.of(
                clients::gets,
                clients::gets,
                clients::gets,
                clients::posts,
                clients::posts,
                clients::posts,
                clients::overTls,
                clients::overTls,
                clients::http2,
                clients::http2,
                clients::http3,
                clients::http3,
                clients::tunnels,
                clients::tunnels,
                clients::slow,
                clients::slow,
                clients::large,
                clients::leavers,
                clients::leavers,
                clients::malformed,
                clients::paused,
                clients::paused,
                clients::faulty,
                clients::faulty,
                clients::faulty);
        List<Future<?>> working = new ArrayList<>();
        kinds.forEach(kind -> working.add(threads.submit(kind)));
        return working;
    }

    private static ServiceOptions host(String name) {
        ServiceOptions usual = ProxyFixture.secured(name, "");
        return usual.withTls(ServiceOptions.DEFAULT.tls());
    }

    private static void deploy(ProxyFixture proxy, String service, ServiceOptions options, SoakApp... apps)
            throws ControlFailure, InterruptedException {
        List<String> addresses = new ArrayList<>();
        for (SoakApp app : apps) {
            addresses.add(app.address());
        }
        proxy.deployer.deploy(
                service,
                new Deployment(addresses, List.of(), Duration.ofSeconds(20), DRAIN, false),
                options,
                ProxyFixture.QUICK,
                DeployProgress.SILENT);
    }

    private long left() {
        return end - System.nanoTime();
    }

    private void rest(int least, int most) throws InterruptedException {
        Thread.sleep(Math.clamp(left() / 1_000_000, 1, least + random.nextInt(most - least)));
    }

    /** The application is replaced, and killed as soon as that is done. */
    private SoakApp deployAgain(ProxyFixture proxy, SoakApp first) throws Exception {
        SoakApp old = first;
        while (left() > 0) {
            rest(500, 3000);
            old.resetIdle();
            rest(500, 1500);
            SoakApp next = new SoakApp();
            deploy(proxy, "web", ProxyFixture.secured(Clients.HOST, "cert"), next);
            old.kill();
            old = next;
            tally.right("deploy");
        }
        return old;
    }

    /** One target of several is killed, and comes back. */
    private Void fail(List<SoakApp> targets) throws InterruptedException, IOException {
        while (left() > 0) {
            rest(2000, 5000);
            SoakApp target = targets.get(random.nextInt(targets.size()));
            faults.begin();
            target.kill();
            rest(1000, 1500);
            target.restart();
            tally.right("target killed");
            rest(1000, 2000);
        }
        return null;
    }

    private Void pause(ProxyFixture proxy) throws ControlFailure, InterruptedException {
        while (left() > 0) {
            rest(1000, 3000);
            proxy.pauses.pause("paused", DRAIN, Duration.ofSeconds(30));
            rest(100, 600);
            proxy.pauses.resume("paused");
            tally.right("pause");
        }
        return null;
    }
}
