package dev.sluice.soak;

import dev.sluice.fixture.Http3Stream;
import dev.sluice.fixture.Http3Wire;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TrustAll;
import dev.sluice.fixture.Wire;
import io.netty.handler.codec.http3.Http3Headers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The kinds of clients of the soak: each method is one client, at work until it is told to end. Blocking. */
final class Clients {
    static final String HOST = "localhost";
    static final String FAULTY = "faulty.test";
    static final String PAUSED = "paused.test";
    private static final int LARGE = 4 << 20;
    private static final int H3_REQUEST_CANCELLED = 0x10c;
    private static final List<String> MALFORMED = List.of(
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET / HTTP/3.7\r\nHost: localhost\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n",
            "\0\1\2\3\r\n\r\n");

    private final ProxyFixture proxy;
    private final Tally tally;
    private final Faults faults;
    private final AtomicLong ids = new AtomicLong();
    private volatile boolean going = true;

    Clients(ProxyFixture proxy, Tally tally, Faults faults) {
        this.proxy = proxy;
        this.tally = tally;
        this.faults = faults;
    }

    void end() {
        going = false;
    }

    private interface Opening {
        Wire open() throws IOException;
    }

    private Wire tls() throws IOException {
        return new Wire(TrustAll.context()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress().getHostName(), proxy.tlsPort));
    }

    private Wire patient() throws IOException {
        Wire wire = proxy.connect();
        wire.timeout(40_000);
        return wire;
    }

    void gets() {
        requests("GET", this::patient, HOST, "GET", 0, 20_000, false);
    }

    void posts() {
        requests("POST", this::patient, HOST, "POST", 60_000, 2_000, false);
    }

    void overTls() {
        requests("TLS", this::tls, HOST, "POST", 3_000, 3_000, false);
    }

    void large() {
        requests("large", this::patient, HOST, "POST", LARGE, LARGE, false);
    }

    void paused() {
        requests("paused", this::patient, PAUSED, "POST", 100, 100, false);
    }

    void faulty() {
        requests("faulty", this::patient, FAULTY, "GET", 0, 3_000, true);
    }

    // One kept connection after the other, of some requests each.
    private void requests(
            String kind, Opening opening, String host, String method, int up, int down, boolean excusable) {
        Random random = new Random(ids.incrementAndGet());
        while (going) {
            long begun = System.nanoTime();
            int port = 0;
            try (Wire wire = opening.open()) {
                port = wire.localPort();
                for (int i = 0; i < 30 && going; i++) {
                    begun = System.nanoTime();
                    long id = ids.incrementAndGet();
                    byte[] body = Content.of(-id, up == 0 ? 0 : random.nextInt(up));
                    int length = random.nextInt(down);
                    Message answer;
                    try {
                        send(wire, method, host, id, body, length, i % 2 == 0);
                        answer = ProxyFixture.receive(wire);
                    } catch (SocketException e) {
                        // An answer may have come before the request was sent.
                        answer = ProxyFixture.receive(wire);
                    }
                    if (answer.status() == 200) {
                        check(kind, answer, id, body, length);
                    } else if (excusable && answer.status() >= 502 && faults.excuse(begun)) {
                        tally.right(kind + " excused");
                    } else {
                        tally.wrong(kind, id + ": " + answer);
                    }
                    if ("close".equals(answer.header("Connection"))) {
                        break;
                    }
                    pause(random.nextInt(20));
                }
            } catch (IOException e) {
                if (excusable && faults.excuse(begun)) {
                    tally.right(kind + " cut");
                } else {
                    tally.wrong(kind, e + " from port " + port);
                }
            }
        }
    }

    private static void send(Wire wire, String method, String host, long id, byte[] body, int length, boolean chunked)
            throws IOException {
        String head = method + " /bytes/" + length + " HTTP/1.1\r\nHost: " + host + "\r\nX-Id: " + id + "\r\n";
        if (body.length == 0) {
            wire.send(head + "\r\n");
        } else if (chunked) {
            wire.send(head + "Transfer-Encoding: chunked\r\n\r\n");
            int half = body.length / 2 + 1;
            wire.send(Integer.toHexString(half) + "\r\n");
            wire.send(Arrays.copyOf(body, half));
            wire.send("\r\n");
            if (half < body.length) {
                wire.send(Integer.toHexString(body.length - half) + "\r\n");
                wire.send(Arrays.copyOfRange(body, half, body.length));
                wire.send("\r\n");
            }
            wire.send("0\r\n\r\n");
        } else {
            wire.send(head + "Content-Length: " + body.length + "\r\n\r\n");
            wire.send(body);
        }
    }

    private void check(String kind, Message answer, long id, byte[] sent, int length) {
        check(kind, answer.header("X-Id"), answer.header("X-Hash"), answer.body, id, sent, length);
    }

    private void check(
            String kind,
            @Nullable String answerId,
            @Nullable String hash,
            byte[] body,
            long id,
            byte[] sent,
            int length) {
        if (!Long.toString(id).equals(answerId)) {
            tally.wrong(kind, "asked " + id + " and got the answer of " + answerId);
        } else if (!Content.hash(sent).equals(hash)) {
            tally.wrong(kind, id + ": the body arrived otherwise");
        } else if (!Arrays.equals(body, Content.of(id, length))) {
            tally.wrong(kind, id + ": the answer's body is another, of " + body.length + " instead of " + length);
        } else {
            tally.right(kind);
        }
    }

    /** HTTP/2, of which some streams are reset half way. */
    void http2() {
        Random random = new Random(ids.incrementAndGet());
        while (going) {
            try (HttpClient client = HttpClient.newBuilder()
                    .sslContext(TrustAll.context())
                    .version(HttpClient.Version.HTTP_2)
                    .build()) {
                for (int i = 0; i < 50 && going; i++) {
                    long id = ids.incrementAndGet();
                    byte[] body = Content.of(-id, random.nextInt(30_000));
                    int length = random.nextInt(30_000);
                    CompletableFuture<HttpResponse<byte[]>> reset = i % 10 == 9 ? ask(client, id, body, LARGE) : null;
                    HttpResponse<byte[]> answer = ask(client, id, body, length).join();
                    if (answer.statusCode() != 200 || answer.version() != HttpClient.Version.HTTP_2) {
                        tally.wrong(
                                "HTTP/2",
                                answer + " " + new String(answer.body(), 0, Math.min(80, answer.body().length)));
                    } else {
                        check(
                                "HTTP/2",
                                answer.headers().firstValue("x-id").orElse(null),
                                answer.headers().firstValue("x-hash").orElse(null),
                                answer.body(),
                                id,
                                body,
                                length);
                    }
                    if (reset != null) {
                        reset.cancel(true);
                    }
                    pause(random.nextInt(20));
                }
            } catch (RuntimeException e) {
                tally.wrong("HTTP/2", String.valueOf(e.getCause()));
            }
        }
    }

    private CompletableFuture<HttpResponse<byte[]>> ask(HttpClient client, long id, byte[] body, int length) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("https://" + HOST + ":" + proxy.tlsPort + "/bytes/" + length))
                .timeout(Duration.ofSeconds(40))
                .header("X-Id", Long.toString(id))
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        return client.sendAsync(request, BodyHandlers.ofByteArray());
    }

    /** HTTP/3, of which some streams are reset half way. */
    void http3() {
        Random random = new Random(ids.incrementAndGet());
        while (going) {
            try (Http3Wire wire = new Http3Wire(proxy.tlsPort, HOST)) {
                for (int i = 0; i < 50 && going; i++) {
                    long id = ids.incrementAndGet();
                    byte[] body = Content.of(-id, random.nextInt(30_000));
                    int length = random.nextInt(30_000);
                    Http3Stream reset = i % 10 == 9 ? ask(wire, id, body, LARGE) : null;
                    Http3Stream answer = ask(wire, id, body, length);
                    byte[] received = answer.body();
                    Http3Headers head = answer.head();
                    if ("200".contentEquals(head.status())) {
                        check("HTTP/3", text(head, "x-id"), text(head, "x-hash"), received, id, body, length);
                    } else {
                        tally.wrong("HTTP/3", id + ": " + head);
                    }
                    if (reset != null) {
                        reset.stop(H3_REQUEST_CANCELLED);
                        reset.reset(H3_REQUEST_CANCELLED);
                    }
                    pause(random.nextInt(20));
                }
            } catch (Exception | AssertionError e) {
                tally.wrong("HTTP/3", e.toString());
            }
        }
    }

    private static Http3Stream ask(Http3Wire wire, long id, byte[] body, int length) {
        int half = body.length / 2;
        return wire.requestTo(HOST, "POST", "/bytes/" + length, false, "x-id", Long.toString(id))
                .data(Arrays.copyOf(body, half), false)
                .data(Arrays.copyOfRange(body, half, body.length), true);
    }

    private static @Nullable String text(Http3Headers head, String name) {
        CharSequence value = head.get(name);
        return value == null ? null : value.toString();
    }

    /** Upgraded connections, which end when their target is replaced. */
    void tunnels() {
        Random random = new Random(ids.incrementAndGet());
        while (going) {
            boolean open = false;
            try (Wire wire = patient()) {
                wire.send("GET /echo HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
                String head = wire.head();
                open = head.startsWith("HTTP/1.1 101 ");
                if (!open) {
                    tally.wrong("tunnel", head);
                }
                for (int i = 0; i < 100 && open && going; i++) {
                    byte[] said = Content.of(ids.incrementAndGet(), 1 + random.nextInt(2000));
                    wire.send(said);
                    if (Arrays.equals(wire.exactly(said.length), said)) {
                        tally.right("tunnel");
                    } else {
                        tally.wrong("tunnel", "the echo is another");
                    }
                    pause(random.nextInt(50));
                }
            } catch (IOException e) {
                if (!open) {
                    tally.wrong("tunnel", e.toString());
                }
            }
        }
    }

    /** Sends and reads little by little. */
    void slow() {
        Random random = new Random(ids.incrementAndGet());
        while (going) {
            try (Wire wire = Wire.narrowTo(proxy.port)) {
                long id = ids.incrementAndGet();
                byte[] body = Content.of(-id, 2_000);
                int length = 200_000;
                wire.send("POST /bytes/" + length + " HTTP/1.1\r\nHo");
                pause(100);
                wire.send("st: " + HOST + "\r\nX-Id: " + id + "\r\nContent-Length: " + body.length + "\r\n\r\n");
                for (int at = 0; at < body.length; at += 100) {
                    wire.send(Arrays.copyOfRange(body, at, at + 100));
                    pause(random.nextInt(30));
                }
                pause(500);
                check("slow", ProxyFixture.receive(wire), id, body, length);
            } catch (IOException e) {
                tally.wrong("slow", e.toString());
            }
        }
    }

    /** Leaves in the middle of a request or of its answer, with a reset or without. */
    void leavers() {
        Random random = new Random(ids.incrementAndGet());
        while (going) {
            try (Wire wire = proxy.connect()) {
                long id = ids.incrementAndGet();
                String head = "POST /bytes/" + LARGE + " HTTP/1.1\r\nHost: " + HOST + "\r\nX-Id: " + id + "\r\n";
                if (random.nextBoolean()) {
                    wire.send(head + "Content-Length: 100000\r\n\r\n" + "x".repeat(random.nextInt(99_999)));
                } else {
                    wire.send(head + "Content-Length: 0\r\n\r\n");
                    wire.head();
                    wire.skip(random.nextInt(LARGE / 2));
                }
                if (random.nextBoolean()) {
                    wire.reset();
                }
                tally.right("left");
            } catch (IOException e) {
                tally.wrong("left", e.toString());
            }
            pause(random.nextInt(50));
        }
    }

    void malformed() {
        Random random = new Random(ids.incrementAndGet());
        while (going) {
            try (Wire wire = proxy.connect()) {
                String request = MALFORMED.get(random.nextInt(MALFORMED.size()));
                wire.send(request);
                Message answer = ProxyFixture.receive(wire);
                if (answer.status() >= 400 && answer.status() < 506 && wire.ended()) {
                    tally.right("malformed");
                } else {
                    tally.wrong("malformed", request + " was answered " + answer);
                }
            } catch (IOException e) {
                tally.wrong("malformed", e.toString());
            }
            pause(random.nextInt(50));
        }
    }

    // The pace of a client, not a wait for something to happen.
    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
