package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.ServiceOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Fifty clients with requests of every kind, some of which leave in the middle, applications that close connections and
 * cut answers, and switches all the while: nobody gets another's answer, or half of one for a whole.
 */
@Timeout(60)
class OwnAnswersTest {
    private static final int CLIENTS = 50;
    private static final int REQUESTS = 60;
    private static final int SWITCHES = 12;

    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger whole = new AtomicInteger();
    private final AtomicInteger cut = new AtomicInteger();
    private final AtomicInteger left = new AtomicInteger();
    private final List<Backend> backends = new ArrayList<>();

    @Test
    void nobodyGetsAnothersAnswerWhateverHappens() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            switchTo(proxy, 0);
            AtomicInteger done = new AtomicInteger();
            AtomicBoolean going = new AtomicBoolean(true);
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int id = i;
                clients.add(threads.submit(() -> {
                    client(proxy, id, new Random(id));
                    done.incrementAndGet();
                    return null;
                }));
            }
            Future<?> switching = threads.submit(() -> {
                for (int version = 1; version <= SWITCHES && going.get(); version++) {
                    int before = whole.get();
                    await().until(() -> whole.get() > before + 20 || done.get() == CLIENTS);
                    switchTo(proxy, version);
                }
                return null;
            });
            for (Future<?> client : clients) {
                client.get();
            }
            going.set(false);
            switching.get();
            await().until(() -> proxy.inflight() == 0);
        } finally {
            for (Backend backend : backends) {
                backend.close();
            }
        }
        assertThat(failures).isEmpty();
        assertThat(whole.get()).isGreaterThan(CLIENTS * REQUESTS / 2);
        assertThat(cut.get()).as("answers that applications cut").isGreaterThan(10);
        assertThat(left.get()).as("clients that left").isGreaterThan(10);
        Map<String, Long> posts = backends.stream()
                .flatMap(b -> b.requests.stream())
                .filter(r -> r.method().equals("POST"))
                .collect(Collectors.groupingBy(Message::target, Collectors.counting()));
        assertThat(posts.values()).as("how often each POST was carried out").containsOnly(1L);
    }

    private void switchTo(ProxyFixture proxy, int version) throws Exception {
        Backend backend = new Backend("v" + version, OwnAnswersTest::answer);
        backends.add(backend);
        boolean buffers = version % 3 == 2;
        proxy.deploy(
                "app",
                ServiceOptions.DEFAULT,
                ProxyFixture.buffering(new BufferOptions(buffers, buffers, 2000, 0, 0)),
                Duration.ofSeconds(10),
                backend);
    }

    // Says whose request it was, first and last, in an answer of some length, and is sometimes rude.
    private static void answer(Message request, Wire wire) throws IOException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String mark = request.target() + " " + request.body.length + " ";
        String body = mark + "x".repeat(random.nextInt(10) == 0 ? random.nextInt(200_000) : random.nextInt(200)) + mark;
        String head = "HTTP/1.1 200 OK\r\n";
        switch (random.nextInt(40)) {
            case 0 -> wire.close();
            case 1 -> wire.reset();
            case 2 -> {
                wire.send(
                        head + "Content-Length: " + body.length() + "\r\n\r\n" + body.substring(0, body.length() / 2));
                wire.close();
            }
            case 3 -> {
                Backend.ok(wire, body);
                wire.close();
            }
            case 4 ->
                wire.send(head + "Content-Length: " + body.length() + "\r\n\r\n" + body + head + "\r\nwho asked?");
            case 5, 6, 7, 8 ->
                wire.send(head + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length()) + "\r\n"
                        + body + "\r\n0\r\n\r\n");
            default -> Backend.ok(wire, body);
        }
    }

    private void client(ProxyFixture proxy, int id, Random random) throws IOException {
        int sent = 0;
        while (sent < REQUESTS) {
            try (Wire wire = proxy.connect()) {
                boolean goesOn = true;
                while (goesOn && sent < REQUESTS) {
                    int together = random.nextInt(5) == 0 ? 1 + random.nextInt(4) : 1;
                    List<String> expected = new ArrayList<>();
                    StringBuilder requests = new StringBuilder();
                    for (int i = 0; i < together; i++) {
                        expected.add(request(requests, "/" + id + "-" + sent++, random));
                    }
                    if (random.nextInt(25) == 0) {
                        wire.send(requests.substring(0, random.nextInt(requests.length())));
                        leave(wire, random);
                        break;
                    }
                    wire.send(requests.toString());
                    if (random.nextInt(25) == 0) {
                        leave(wire, random);
                        break;
                    }
                    goesOn = readAll(wire, expected);
                }
            }
        }
    }

    // Adds a request and returns the mark that its answer has to begin and end with.
    private static String request(StringBuilder all, String target, Random random) {
        int length = random.nextInt(3) == 0 ? random.nextInt(20_000) : random.nextInt(100);
        switch (random.nextInt(3)) {
            case 0 -> {
                all.append("GET ").append(target).append(" HTTP/1.1\r\nHost: app.test\r\n\r\n");
                return target + " 0 ";
            }
            case 1 ->
                all.append("POST ")
                        .append(target)
                        .append(" HTTP/1.1\r\nHost: app.test\r\nContent-Length: ")
                        .append(length)
                        .append("\r\n\r\n")
                        .append("y".repeat(length));
            default ->
                all.append("POST ")
                        .append(target)
                        .append(" HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n")
                        .append(length == 0 ? "" : Integer.toHexString(length) + "\r\n" + "z".repeat(length) + "\r\n")
                        .append("0\r\n\r\n");
        }
        return target + " " + length + " ";
    }

    private void leave(Wire wire, Random random) throws IOException {
        left.incrementAndGet();
        if (random.nextBoolean()) {
            wire.reset();
        }
    }

    // False: the connection has ended.
    private boolean readAll(Wire wire, List<String> expected) {
        for (String mark : expected) {
            Message answer;
            try {
                answer = ProxyFixture.receive(wire);
            } catch (IOException e) {
                // Cut by the application, and so by the proxy: what matters is that it is not taken for whole.
                cut.incrementAndGet();
                return false;
            }
            if (answer.status() == 502) {
                cut.incrementAndGet();
            } else if (answer.status() != 200
                    || !answer.text().startsWith(mark)
                    || !answer.text().endsWith(mark)) {
                failures.add("for " + mark + ": " + answer + " "
                        + answer.text().substring(0, Math.min(60, answer.body.length)));
                return false;
            } else {
                whole.incrementAndGet();
            }
            if ("close".equals(answer.header("Connection"))) {
                return false;
            }
        }
        return true;
    }
}
