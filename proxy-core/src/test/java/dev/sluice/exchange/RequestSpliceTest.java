package dev.sluice.exchange;

import static dev.sluice.fixture.Transfers.body;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Standstill;
import dev.sluice.fixture.Transfers;
import dev.sluice.fixture.Wire;
import dev.sluice.service.BufferOptions;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large request bodies that go from socket to socket: whatever happens on the way, every byte arrives once, where it belongs. */
@Timeout(120)
class RequestSpliceTest {
    private static final int LARGE = 20_000_000;
    private static final String SECOND = "GET /second HTTP/1.1\r\nHost: app.test\r\n\r\n";

    private final Transfers transfers = new Transfers(false);
    private final ProxyFixture proxy = transfers.proxy;
    private final CountDownLatch goOn = new CountDownLatch(1);

    RequestSpliceTest() throws IOException {}

    @BeforeAll
    static void needsLinux() {
        assumeTrue(Epoll.isAvailable());
    }

    @AfterEach
    void end() throws Exception {
        goOn.countDown();
        transfers.close();
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hash(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    /** Answers with the hash of the body, which it reads in pieces of random sizes. */
    private static void answerHash(Message request, Wire wire, Random random) throws IOException {
        MessageDigest digest = digest();
        int left = Integer.parseInt(request.header("Content-Length"));
        while (left > 0) {
            byte[] piece = wire.exactly(Math.min(left, 1 + random.nextInt(200_000)));
            digest.update(piece);
            left -= piece.length;
        }
        Backend.ok(wire, HexFormat.of().formatHex(digest.digest()));
    }

    private static void answer(Message request, Wire wire) throws IOException {
        if (request.firstLine.startsWith("GET ")) {
            Backend.ok(wire, "second");
        } else {
            answerHash(request, wire, new Random(1));
        }
    }

    private static byte[] post(byte[] body) {
        byte[] head = ("POST /upload HTTP/1.1\r\nHost: app.test\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(ISO_8859_1);
        byte[] second = SECOND.getBytes(ISO_8859_1);
        byte[] all = new byte[head.length + body.length + second.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        System.arraycopy(second, 0, all, head.length + body.length, second.length);
        return all;
    }

    // Another request follows the body, so that a byte too much or too little shows.
    private Void upload(Wire wire, byte[] body, Random random) throws IOException {
        transfers.sendInPieces(wire, post(body), 300_000, random);
        assertThat(ProxyFixture.receive(wire).text()).isEqualTo(hash(body));
        assertThat(ProxyFixture.receive(wire).text()).isEqualTo("second");
        return null;
    }

    @Test
    void manyAtATimeArriveByteForByteThroughTheSameLoops() throws Exception {
        transfers.deploy(BufferOptions.DEFAULT, RequestSpliceTest::answer);
        int[] sizes = {65_536, 65_537, 70_000, 131_072, 300_000, 1_000_000, 5_000_001, LARGE};
        transfers.together(24, seed -> () -> {
            try (Wire wire = proxy.connect()) {
                wire.timeout(60_000);
                Random random = new Random(seed);
                for (int n = 0; n < 4; n++) {
                    upload(wire, body(sizes[random.nextInt(sizes.length)], random.nextLong()), random);
                }
                return null;
            }
        });
        assertThat(transfers.pipes()).isPositive();
    }

    @Test
    void aTargetThatStopsReadingHasItAllWhenItGoesOn() throws Exception {
        transfers.deploy(BufferOptions.DEFAULT, (request, wire) -> {
            if (request.firstLine.startsWith("GET ")) {
                Backend.ok(wire, "second");
                return;
            }
            // Until nothing more fits anywhere: then a part is left in the pipe.
            Standstill.of(transfers.sent::get);
            answerHash(request, wire, new Random(2));
        });
        transfers.together(6, i -> () -> {
            try (Wire wire = proxy.connect()) {
                wire.timeout(60_000);
                return upload(wire, body(LARGE + i, i), new Random(3));
            }
        });
        assertThat(transfers.pipes()).isPositive();
    }

    @Test
    void theLogCountsEveryByte() throws Exception {
        transfers.deploy(BufferOptions.DEFAULT, RequestSpliceTest::answer);
        try (Wire wire = proxy.connect()) {
            upload(wire, body(LARGE, 4), new Random(4));
        }
        proxy.awaitLog("\"bytes_in\":" + LARGE + ",");
        assertThat(transfers.pipes()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientThatLeavesInTheMiddleEndsTheTargetsConnectionToo(boolean reset) throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        transfers.deploy(BufferOptions.DEFAULT, (request, wire) -> {
            try {
                wire.rest();
            } catch (IOException e) {
                // A reset is an end as well.
            }
            ended.countDown();
        });
        Wire wire = proxy.connect();
        wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: " + LARGE + "\r\n\r\n");
        wire.send(body(LARGE / 2, 5));
        if (reset) {
            wire.reset();
        } else {
            wire.close();
        }
        ended.await();
        proxy.awaitLog("\"status\":499,");
        await().until(() -> proxy.inflight() == 0 && proxy.workers.clientConnections() == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTargetThatDiesInTheMiddleIsABadGateway(boolean reset) throws Exception {
        transfers.deploy(BufferOptions.DEFAULT, (request, wire) -> {
            wire.skip(LARGE / 4);
            if (reset) {
                wire.reset();
            } else {
                wire.close();
            }
        });
        try (Wire wire = proxy.connect()) {
            wire.timeout(30_000);
            Future<?> sending = transfers.threads.submit(() -> send(wire));
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(502);
            wire.close();
            await().until(sending::isDone);
        }
        await().until(() -> proxy.inflight() == 0 && proxy.workers.clientConnections() == 0);
    }

    @Test
    void anAnswerBeforeTheBodysEndReachesTheClient() throws Exception {
        transfers.deploy(BufferOptions.DEFAULT, (request, wire) -> {
            wire.skip(LARGE / 4);
            wire.send("HTTP/1.1 413 Too Large\r\nContent-Length: 9\r\nConnection: close\r\n\r\ntoo large");
            goOn.await();
        });
        try (Wire wire = proxy.connect()) {
            wire.timeout(30_000);
            Future<?> sending = transfers.threads.submit(() -> send(wire));
            Message answer = ProxyFixture.receive(wire);
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).isEqualTo("too large");
            goOn.countDown();
            wire.close();
            await().until(sending::isDone);
        }
        await().until(() -> proxy.inflight() == 0 && proxy.workers.clientConnections() == 0);
    }

    // To its end, or that of the connection.
    private static Void send(Wire wire) throws IOException {
        wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: " + LARGE + "\r\n\r\n");
        wire.send(body(LARGE, 6));
        return null;
    }

    @Test
    void nothingIsSplicedThatSomebodyLooksAt() throws Exception {
        transfers.deploy(new BufferOptions(true, false, 1_000_000, 0, 0), RequestSpliceTest::answer);
        try (Wire wire = proxy.connect()) {
            upload(wire, body(LARGE, 8), new Random(8));
        }
        assertThat(transfers.pipes()).as("of a service that collects bodies").isZero();

        try (Wire wire = transfers.deploySecured(RequestSpliceTest::answer)) {
            wire.timeout(30_000);
            upload(wire, body(LARGE, 9), new Random(9));
        }
        assertThat(transfers.pipes()).as("of TLS").isZero();
    }
}
