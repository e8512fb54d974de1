package dev.sluice.exchange;

import static dev.sluice.fixture.Transfers.body;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Standstill;
import dev.sluice.fixture.Transfers;
import dev.sluice.fixture.Wire;
import dev.sluice.service.BufferOptions;
import io.netty.channel.epoll.Epoll;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
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

    private final Transfers transfers = new Transfers(true);
    private final ProxyFixture proxy = transfers.proxy;

    ResponseSpliceTest() throws IOException {}

    @BeforeAll
    static void needsLinux() {
        assumeTrue(Epoll.isAvailable());
    }

    @AfterEach
    void end() throws Exception {
        transfers.close();
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
        transfers.sendInPieces(wire, all, 400_000, new Random(seed));
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
        transfers.deploy(BufferOptions.DEFAULT, this::answer);
        int[] sizes = {0, 65_536, 65_537, 70_000, 131_072, 300_000, 1_000_000, 5_000_001, LARGE};
        transfers.together(24, seed -> () -> {
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
        });
        assertThat(transfers.pipes()).isPositive();
    }

    @Test
    void aClientThatStopsReadingHasItAllWhenItGoesOn() throws Exception {
        transfers.deploy(BufferOptions.DEFAULT, this::answer);
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Wire wire = proxy.connect();
            wire.timeout(60_000);
            wire.send(get(LARGE + i, i) + get(3, i));
            clients.add(wire);
        }
        // Until nothing more fits anywhere: then a part was left in the pipe.
        assertThat(Standstill.of(transfers.sent::get)).isLessThan(6L * LARGE);
        assertThat(transfers.pipes()).isPositive();
        for (int i = 0; i < clients.size(); i++) {
            try (Wire wire = clients.get(i)) {
                receive(wire, LARGE + i, i);
                receive(wire, 3, i);
            }
        }
    }

    @Test
    void theLogCountsEveryByteAndTheTargetsConnectionIsUsedAgain() throws Exception {
        transfers.deploy(BufferOptions.DEFAULT, this::answer);
        int healthChecks = transfers.app().connections.get();
        try (Wire wire = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                wire.send(get(LARGE + i, i));
                receive(wire, LARGE + i, i);
                proxy.awaitLog("\"resp_content_length\":" + (LARGE + i) + ",");
            }
        }
        assertThat(transfers.app().connections.get() - healthChecks).isEqualTo(1);
        assertThat(transfers.pipes()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientThatLeavesInTheMiddleEndsTheTargetsConnectionToo(boolean reset) throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        transfers.deploy(BufferOptions.DEFAULT, (request, wire) -> {
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
        assertThat(transfers.sent.get()).isLessThan(200_000_000);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTargetThatDiesInTheMiddleLeavesAnAnswerThatIsSeenToBeCut(boolean reset) throws Exception {
        transfers.deploy(BufferOptions.DEFAULT, (request, wire) -> {
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
        transfers.deploy(BufferOptions.DEFAULT, (request, wire) -> {
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
        transfers.deploy(new BufferOptions(false, true, 1_000_000, 0, 0), this::answer);
        try (Wire wire = proxy.connect()) {
            wire.timeout(30_000);
            wire.send(get(LARGE, 8));
            receive(wire, LARGE, 8);
        }
        assertThat(transfers.pipes()).as("of a service that collects responses").isZero();

        transfers.deploy(BufferOptions.DEFAULT, (request, wire) -> {
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
        assertThat(transfers.pipes()).as("of a body in chunks").isZero();

        try (Wire wire = transfers.deploySecured(this::answer)) {
            wire.timeout(30_000);
            wire.send(get(LARGE, 10));
            receive(wire, LARGE, 10);
        }
        assertThat(transfers.pipes()).as("of TLS").isZero();
    }
}
