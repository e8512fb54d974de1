package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.FullSocket;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.PauseGate;
import dev.sluice.service.ServiceOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client that leaves, in whatever phase of its request, leaves nothing behind: no claim, no connection to the target,
 * no place at the gate. That no buffer is left is what the leak detector watches over.
 */
@Timeout(60)
class ClientLeavesTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String GET = "GET /x HTTP/1.1\r\nHost: app.test\r\n\r\n";

    private final ProxyFixture proxy = new ProxyFixture();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private Backend app = Backend.named("unused");

    ClientLeavesTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        goOn.countDown();
        app.close();
        proxy.close();
    }

    private void deploy(BufferOptions buffering, Backend.Script script) throws Exception {
        app.close();
        app = new Backend("app", script);
        proxy.deploy("app", ServiceOptions.DEFAULT, ProxyFixture.buffering(buffering), LONG, app);
        await().until(() -> app.openConnections() == 0);
    }

    private static void leave(Wire client, boolean reset) throws IOException {
        if (reset) {
            client.reset();
        } else {
            client.close();
        }
    }

    private void awaitNothingLeft() {
        await().until(() -> proxy.inflight() == 0 && app.openConnections() == 0);
    }

    private void awaitLogged(int status) {
        proxy.awaitLog("\"status\":" + status + ",");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileItIsHeld(boolean reset) throws Exception {
        deploy(BufferOptions.DEFAULT, (request, wire) -> Backend.ok(wire, "x"));
        proxy.pauses.pause("app", LONG, LONG);
        PauseGate gate = proxy.services.get("app").gate();
        Wire get = proxy.connect();
        Wire post = proxy.connect();
        get.send(GET);
        post.send("POST /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(70_000));
        await().until(() -> gate.waiting() == 2);
        leave(get, reset);
        leave(post, reset);
        await().until(() -> gate.waiting() == 0);
        awaitLogged(499);
        proxy.pauses.resume("app");
        assertThat(proxy.get("/after").status()).isEqualTo(200);
        assertThat(app.requests).extracting(Message::target).containsExactly("/after");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileItsBodyIsCollected(boolean reset) throws Exception {
        deploy(new BufferOptions(true, false, 10_000, 0, 0), (request, wire) -> Backend.ok(wire, "x"));
        for (int sent : new int[] {0, 5_000, 300_000}) {
            Wire client = proxy.connect();
            client.send("POST /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5000000\r\n\r\n" + "x".repeat(sent));
            leave(client, reset);
        }
        await().until(() -> proxy.log().split("\"status\":499,", -1).length == 4);
        awaitNothingLeft();
        assertThat(app.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileTheTargetIsBeingConnected(boolean reset) throws Exception {
        try (FullSocket full = new FullSocket()) {
            proxy.force("app", full.address());
            Wire get = proxy.connect();
            Wire post = proxy.connect();
            get.send(GET);
            post.send("POST /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 100\r\n\r\nhello");
            await().until(() -> proxy.inflight() == 2);
            leave(get, reset);
            leave(post, reset);
            await().until(() -> proxy.inflight() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileItsBodyIsOnItsWay(boolean reset) throws Exception {
        deploy(BufferOptions.DEFAULT, (request, wire) -> Backend.ok(wire, "x"));
        Wire client = proxy.connect();
        client.send("POST /x HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        await().until(() -> proxy.inflight() == 1 && app.openConnections() == 1);
        leave(client, reset);
        awaitNothingLeft();
        assertThat(app.requests)
                .as("requests that the application took for complete")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileItWaitsForTheAnswer(boolean reset) throws Exception {
        deploy(BufferOptions.DEFAULT, (request, wire) -> {
            // Ends when the proxy ends the connection.
            wire.rest();
        });
        Wire client = proxy.connect();
        client.send(GET + GET);
        await().until(() -> app.requests.size() == 1);
        leave(client, reset);
        awaitNothingLeft();
        awaitLogged(499);
        assertThat(app.requests).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileTheAnswerIsOnItsWay(boolean reset) throws Exception {
        deploy(BufferOptions.DEFAULT, (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            wire.rest();
        });
        Wire client = proxy.connect();
        client.send(GET);
        client.head();
        client.chunk();
        leave(client, reset);
        awaitNothingLeft();
        awaitLogged(200);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileItDoesNotReadALargeAnswer(boolean reset) throws Exception {
        deploy(BufferOptions.DEFAULT, (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            while (true) {
                wire.send(new byte[100_000]);
            }
        });
        Wire client = Wire.narrowTo(proxy.port);
        client.send(GET);
        client.head();
        leave(client, reset);
        awaitNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileItsAnswerIsCollected(boolean reset) throws Exception {
        deploy(new BufferOptions(false, true, 10_000, 0, 0), (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
            wire.send(new byte[500_000]);
            goOn.await();
        });
        Wire client = proxy.connect();
        client.send(GET);
        await().until(() -> app.requests.size() == 1);
        leave(client, reset);
        await().until(() -> proxy.inflight() == 0);
        goOn.countDown();
        awaitNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileACollectedAnswerIsOnItsWay(boolean reset) throws Exception {
        deploy(new BufferOptions(false, true, 10_000, 0, 0), (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n");
            wire.send(new byte[20_000_000]);
        });
        Wire client = Wire.narrowTo(proxy.port);
        client.send(GET);
        client.head();
        leave(client, reset);
        await().until(() -> proxy.inflight() == 0);
        awaitLogged(200);
        assertThat(proxy.log()).doesNotContain("\"resp_content_length\":20000000");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileItsTunnelIsOpen(boolean reset) throws Exception {
        deploy(BufferOptions.DEFAULT, (request, wire) -> {
            wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello");
            wire.rest();
        });
        Wire client = proxy.connect();
        client.send("GET /x HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
        client.head();
        assertThat(client.text(5)).isEqualTo("hello");
        // A tunnel is not waited for.
        await().until(() -> proxy.inflight() == 0);
        leave(client, reset);
        awaitNothingLeft();
        awaitLogged(101);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void inTheMiddleOfAHead(boolean reset) throws Exception {
        deploy(BufferOptions.DEFAULT, (request, wire) -> Backend.ok(wire, "x"));
        Wire client = proxy.connect();
        client.send("GET /x HTTP/1.1\r\nHost: app");
        leave(client, reset);
        await().until(() -> proxy.workers.clientConnections() == 0);
        assertThat(app.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyAtOnceInEveryPhase(boolean reset) throws Exception {
        deploy(BufferOptions.DEFAULT, (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n");
            wire.send(new byte[200_000]);
        });
        for (int i = 0; i < 200; i++) {
            Wire client = proxy.connect();
            String post = "POST /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 20000\r\n\r\n" + "x".repeat(20_000);
            String requests = post + GET + post;
            client.send(requests.substring(0, (i * 211) % requests.length()));
            leave(client, reset);
        }
        await().until(() -> proxy.inflight() == 0 && proxy.workers.clientConnections() == 0);
    }
}
