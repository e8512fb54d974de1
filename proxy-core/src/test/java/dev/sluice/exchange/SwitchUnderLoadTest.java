package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.fixture.TrustAll;
import dev.sluice.fixture.Wire;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Twenty switches in a row while every kind of client is at work: nobody may notice. */
class SwitchUnderLoadTest {
    private static final int SWITCHES = 20;
    // Every so many switches a request is in flight that takes long, and is waited for.
    private static final int SWITCHES_PER_SLOW_REQUEST = 6;
    private static final Duration SLOW = Duration.ofSeconds(5);
    private static final String HOST = "localhost";

    private final AtomicBoolean going = new AtomicBoolean(true);
    private final AtomicInteger answered = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger slowAnswered = new AtomicInteger();
    private final Set<String> versions = ConcurrentHashMap.newKeySet();

    @Test
    @Timeout(120)
    void twentySwitchesUnderLoadFailNoRequest() throws Exception {
        List<Backend> backends = new ArrayList<>();
        try (ProxyFixture proxy = new ProxyFixture();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            proxy.certificate("cert", TestCertificates.forHost(HOST));
            switchTo(proxy, backends, 0);
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                running.add(clients.submit(() -> keepAlive(proxy)));
                running.add(clients.submit(() -> posts(proxy)));
            }
            running.add(clients.submit(() -> slowUpload(proxy)));
            running.add(clients.submit(() -> http2(proxy)));
            running.add(clients.submit(() -> http2(proxy)));
            for (int version = 1; version <= SWITCHES; version++) {
                int before = answered.get();
                if (version % SWITCHES_PER_SLOW_REQUEST == 0) {
                    running.add(clients.submit(() -> slowRequest(proxy)));
                    Backend old = backends.get(version - 1);
                    await().until(() ->
                            old.requests.stream().anyMatch(r -> r.target().equals("/slow")));
                }
                switchTo(proxy, backends, version);
                // The old application is stopped the moment the deploy returns, as deploy tools do.
                backends.get(version - 1).close();
                await().until(() -> answered.get() > before + 20 || !failures.isEmpty());
            }
            going.set(false);
            for (Future<?> client : running) {
                client.get();
            }
        } finally {
            for (Backend backend : backends) {
                backend.close();
            }
        }
        assertThat(failures).isEmpty();
        assertThat(slowAnswered).hasValue(SWITCHES / SWITCHES_PER_SLOW_REQUEST);
        assertThat(versions).hasSize(SWITCHES + 1);
        assertThat(answered.get()).isGreaterThan(20 * SWITCHES);
    }

    private void switchTo(ProxyFixture proxy, List<Backend> backends, int version) throws Exception {
        Backend backend = new Backend("v" + version, (request, wire) -> {
            if (request.target().startsWith("/slow")) {
                pause(SLOW);
            }
            Backend.ok(wire, "v" + version + " " + request.body.length);
        });
        backends.add(backend);
        ServiceOptions options = ServiceOptions.DEFAULT.withTls(new TlsOptions(true, false, "cert", "key", "", "", ""));
        options = new ServiceOptions(
                List.of(HOST),
                options.pathPrefixes(),
                true,
                options.tls(),
                "",
                "",
                Duration.ZERO,
                false,
                List.of(),
                "");
        proxy.deploy("web", options, ProxyFixture.QUICK, Duration.ofSeconds(30), backend);
    }

    private void keepAlive(ProxyFixture proxy) {
        while (going.get()) {
            try (Wire wire = proxy.connect()) {
                for (int i = 0; i < 50 && going.get(); i++) {
                    wire.send("GET /k HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
                    check(ProxyFixture.receive(wire), 0, "GET");
                    pause(Duration.ofMillis(2));
                }
            } catch (IOException e) {
                failures.add("GET: " + e);
                return;
            }
        }
    }

    private void posts(ProxyFixture proxy) {
        String body = "x".repeat(3000);
        while (going.get()) {
            try (Wire wire = proxy.connect()) {
                for (int i = 0; i < 20 && going.get(); i++) {
                    wire.send("POST /p HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 3000\r\n\r\n" + body);
                    check(ProxyFixture.receive(wire), 3000, "POST");
                    pause(Duration.ofMillis(3));
                }
            } catch (IOException e) {
                failures.add("POST: " + e);
                return;
            }
        }
    }

    private void slowRequest(ProxyFixture proxy) {
        try (Wire wire = proxy.connect()) {
            wire.send("GET /slow HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            check(ProxyFixture.receive(wire), 0, "slow request");
            slowAnswered.incrementAndGet();
        } catch (IOException e) {
            failures.add("slow request: " + e);
        }
    }

    private void slowUpload(ProxyFixture proxy) {
        while (going.get()) {
            try (Wire wire = proxy.connect()) {
                wire.send("POST /u HTTP/1.1\r\nHost: " + HOST + "\r\nTransfer-Encoding: chunked\r\n\r\n");
                for (int i = 0; i < 30; i++) {
                    wire.send("a\r\n0123456789\r\n");
                    pause(Duration.ofMillis(15));
                }
                wire.send("0\r\n\r\n");
                check(ProxyFixture.receive(wire), 300, "slow upload");
            } catch (IOException e) {
                failures.add("slow upload: " + e);
                return;
            }
        }
    }

    private void http2(ProxyFixture proxy) {
        HttpRequest get = HttpRequest.newBuilder(URI.create("https://" + HOST + ":" + proxy.tlsPort + "/h2"))
                .timeout(Duration.ofSeconds(20))
                .build();
        HttpRequest post = HttpRequest.newBuilder(get.uri())
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString("y".repeat(70_000)))
                .build();
        try (HttpClient client = HttpClient.newBuilder()
                .sslContext(TrustAll.context())
                .version(HttpClient.Version.HTTP_2)
                .build()) {
            while (going.get()) {
                check(client.send(get, HttpResponse.BodyHandlers.ofString()), 0);
                check(client.send(post, HttpResponse.BodyHandlers.ofString()), 70_000);
            }
        } catch (IOException e) {
            failures.add("HTTP/2: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void check(Message response, int bodyLength, String what) {
        check(what, response.status(), response.text(), bodyLength);
    }

    private void check(HttpResponse<String> response, int bodyLength) {
        if (response.version() != HttpClient.Version.HTTP_2) {
            failures.add("not HTTP/2: " + response.version());
        }
        check("HTTP/2", response.statusCode(), response.body(), bodyLength);
    }

    private void check(String what, int status, String body, int bodyLength) {
        if (status != 200 || !body.endsWith(" " + bodyLength)) {
            failures.add(what + ": " + status + " " + body);
        }
        versions.add(body.split(" ")[0]);
        answered.incrementAndGet();
    }

    // The pace of a client or of an application, not a wait for something to happen.
    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
