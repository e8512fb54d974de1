package dev.sluice.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.Pipes;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Standstill;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.fixture.TrustAll;
import dev.sluice.fixture.Wire;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.ServiceOptions;
import io.netty.channel.epoll.Epoll;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large response bodies that go from socket to socket: every byte arrives once, in the answer it belongs to. */
@Timeout(120)
class ResponseSpliceTest {
    private static final int LARGE = 20_000_000;

    private final long pipesBefore = Pipes.open();
    private final ProxyFixture proxy = new ProxyFixture();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong sent = new AtomicLong();
    private Backend app = Backend.named("unused");

    ResponseSpliceTest() throws IOException {}

    @BeforeAll
    static void needsLinux() {
        assumeTrue(Epoll.isAvailable());
    }

    @AfterEach
    void end() throws Exception {
        app.close();
        proxy.close();
        threads.close();
        assertThat(Pipes.open()).as("ends of pipes once the loops have ended").isEqualTo(pipesBefore);
    }

    private void deploy(BufferOptions buffering, Backend.Script script) throws Exception {
        app.close();
        app = new Backend("app", script);
        proxy.deploy("app", ServiceOptions.DEFAULT, ProxyFixture.buffering(buffering), Duration.ofSeconds(10), app);
    }

    private static byte[] body(int length, long seed) {
        byte[] body = new byte[length];
        new Random(seed).nextBytes(body);
        return body;
    }

    private static String head(int length) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n";
    }

    /** Answers {@code /length/seed} with so many bytes, which it sends in pieces of random sizes. */
    private void answer(Message request, Wire wire) throws IOException {
        String[] parts = request.target().split("/");
        int length = Integer.parseInt(parts[1]);
        long seed = Long.parseLong(parts[2]);
        byte[] head = head(length).getBytes(ISO_8859_1);
        byte[] all = Arrays.copyOf(head, head.length + length);
        System.arraycopy(body(length, seed), 0, all, head.length, length);
        Random random = new Random(seed);
        int at = 0;
        while (at < all.length) {
            int to = Math.min(all.length, at + 1 + random.nextInt(400_000));
            wire.send(Arrays.copyOfRange(all, at, to));
            sent.addAndGet(to - at);
            at = to;
        }
    }

    private static String get(int length, long seed) {
        return "GET /" + length + "/" + seed + " HTTP/1.1\r\nHost: app.test\r\n\r\n";
    }

    /** Reads an answer in pieces of random sizes. */
    private static void receive(Wire wire, int length, long seed) throws IOException {
        assertThat(wire.head()).startsWith("HTTP/1.1 200 OK\r\n");
        byte[] expected = body(length, seed);
        Random random = new Random(seed + 1);
        int at = 0;
        while (at < length) {
            byte[] piece = wire.exactly(Math.min(length - at, 1 + random.nextInt(200_000)));
            assertThat(Arrays.equals(piece, 0, piece.length, expected, at, at + piece.length))
                    .as("bytes %d to %d of %d", at, at + piece.length, length)
                    .isTrue();
            at += piece.length;
        }
    }

    @Test
    void manyAtATimeArriveByteForByteThroughTheSameLoops() throws Exception {
        deploy(BufferOptions.DEFAULT, this::answer);
        int[] sizes = {0, 65_536, 65_537, 70_000, 131_072, 300_000, 1_000_000, 5_000_001, LARGE};
        List<Future<Void>> downloads = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            int seed = i;
            downloads.add(threads.submit(() -> {
                try (Wire wire = proxy.connect()) {
                    wire.timeout(60_000);
                    Random random = new Random(seed);
                    // Two at a time, so that the next answer is on its way as soon as this one has ended.
                    for (int n = 0; n < 4; n++) {
                        int first = sizes[random.nextInt(sizes.length)];
                        int second = sizes[random.nextInt(sizes.length)];
                        wire.send(get(first, seed) + get(second, n));
                        receive(wire, first, seed);
                        receive(wire, second, n);
                    }
                    return null;
                }
            }));
        }
        for (Future<Void> download : downloads) {
            download.get();
        }
        assertThat(Pipes.open()).isGreaterThan(pipesBefore);
    }

    @Test
    void aClientThatStopsReadingHasItAllWhenItGoesOn() throws Exception {
        deploy(BufferOptions.DEFAULT, this::answer);
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Wire wire = proxy.connect();
            wire.timeout(60_000);
            wire.send(get(LARGE + i, i) + get(3, i));
            clients.add(wire);
        }
        // Until nothing more fits anywhere: then a part was left in the pipe.
        assertThat(Standstill.of(sent::get)).isLessThan(6L * LARGE);
        assertThat(Pipes.open()).isGreaterThan(pipesBefore);
        for (int i = 0; i < clients.size(); i++) {
            try (Wire wire = clients.get(i)) {
                receive(wire, LARGE + i, i);
                receive(wire, 3, i);
            }
        }
    }

    @Test
    void theLogCountsEveryByteAndTheTargetsConnectionIsUsedAgain() throws Exception {
        deploy(BufferOptions.DEFAULT, this::answer);
        int healthChecks = app.connections.get();
        try (Wire wire = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                wire.send(get(LARGE + i, i));
                receive(wire, LARGE + i, i);
                proxy.awaitLog("\"resp_content_length\":" + (LARGE + i) + ",");
            }
        }
        assertThat(app.connections.get() - healthChecks).isEqualTo(1);
        assertThat(Pipes.open()).isGreaterThan(pipesBefore);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientThatLeavesInTheMiddleEndsTheTargetsConnectionToo(boolean reset) throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        deploy(BufferOptions.DEFAULT, (request, wire) -> {
            try {
                answer(request, wire);
            } finally {
                ended.countDown();
            }
        });
        Wire wire = proxy.connect();
        wire.send(get(200_000_000, 5));
        wire.skip(LARGE);
        if (reset) {
            wire.reset();
        } else {
            wire.close();
        }
        ended.await();
        await().until(() -> proxy.inflight() == 0 && proxy.workers.clientConnections() == 0);
        assertThat(sent.get()).isLessThan(200_000_000);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTargetThatDiesInTheMiddleLeavesAnAnswerThatIsSeenToBeCut(boolean reset) throws Exception {
        deploy(BufferOptions.DEFAULT, (request, wire) -> {
            wire.send(head(LARGE));
            wire.send(body(LARGE / 2, 6));
            if (reset) {
                wire.reset();
            } else {
                wire.close();
            }
        });
        try (Wire wire = proxy.connect()) {
            wire.send(get(LARGE, 6));
            assertThatThrownBy(() -> receive(wire, LARGE, 6)).isInstanceOfAny(EOFException.class, IOException.class);
        }
        await().until(() -> proxy.inflight() == 0 && proxy.workers.clientConnections() == 0);
    }

    @Test
    void aBodyThatComesSlowlyIsPassedOnAsItComes() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        byte[] body = body(LARGE, 7);
        deploy(BufferOptions.DEFAULT, (request, wire) -> {
            wire.send(head(LARGE));
            wire.send(Arrays.copyOf(body, LARGE / 2));
            seen.await();
            wire.send(Arrays.copyOfRange(body, LARGE / 2, LARGE));
        });
        try (Wire wire = proxy.connect()) {
            wire.timeout(30_000);
            wire.send(get(LARGE, 7));
            assertThat(wire.head()).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(wire.exactly(LARGE / 2)).isEqualTo(Arrays.copyOf(body, LARGE / 2));
            seen.countDown();
            assertThat(wire.exactly(LARGE / 2)).isEqualTo(Arrays.copyOfRange(body, LARGE / 2, LARGE));
        }
    }

    @Test
    void nothingIsSplicedThatSomebodyLooksAtOrFrames() throws Exception {
        deploy(new BufferOptions(false, true, 1_000_000, 0, 0), this::answer);
        try (Wire wire = proxy.connect()) {
            wire.timeout(30_000);
            wire.send(get(LARGE, 8));
            receive(wire, LARGE, 8);
        }
        assertThat(Pipes.open()).as("of a service that collects responses").isEqualTo(pipesBefore);

        deploy(BufferOptions.DEFAULT, (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            wire.send(Integer.toHexString(LARGE) + "\r\n");
            wire.send(body(LARGE, 9));
            wire.send("\r\n0\r\n\r\n");
        });
        try (Wire wire = proxy.connect()) {
            wire.timeout(30_000);
            wire.send(get(LARGE, 9));
            assertThat(wire.head()).contains("transfer-encoding: chunked");
            assertThat(wire.chunked(new StringBuilder())).isEqualTo(body(LARGE, 9));
        }
        assertThat(Pipes.open()).as("of a body in chunks").isEqualTo(pipesBefore);

        proxy.certificate("own", TestCertificates.forHost("app.test"));
        app.close();
        app = new Backend("app", this::answer);
        proxy.deploy("app", ProxyFixture.secured("app.test", "own"), ProxyFixture.QUICK, Duration.ofSeconds(10), app);
        Socket plain = new Socket("127.0.0.1", proxy.tlsPort);
        try (Wire wire =
                new Wire(TrustAll.context().getSocketFactory().createSocket(plain, "app.test", proxy.tlsPort, true))) {
            wire.timeout(30_000);
            wire.send(get(LARGE, 10));
            receive(wire, LARGE, 10);
        }
        assertThat(Pipes.open()).as("of TLS").isEqualTo(pipesBefore);
    }
}
