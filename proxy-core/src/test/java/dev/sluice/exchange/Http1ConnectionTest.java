package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One HTTP/1 client connection: how long it lasts, and the order of its answers. */
@Timeout(60)
class Http1ConnectionTest {
    private static final int LARGE = 8 << 20;

    private final CountDownLatch slow = new CountDownLatch(1);
    private final ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor();
    private ProxyFixture proxy;
    private Backend app;

    Http1ConnectionTest() throws IOException {
        proxy = new ProxyFixture();
        app = new Backend("app", this::answer);
    }

    @BeforeEach
    void deploy() throws Exception {
        proxy.deploy("app", app);
    }

    @AfterEach
    void end() throws Exception {
        slow.countDown();
        app.close();
        proxy.close();
        senders.close();
    }

    private void answer(Message request, Wire wire) throws IOException {
        if (request.target().startsWith("/slow")) {
            awaitSlow();
        }
        if (request.target().startsWith("/dies")) {
            wire.close();
            return;
        }
        if (request.method().equals("HEAD")) {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        } else if (request.target().startsWith("/large")) {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
            wire.send(new byte[LARGE]);
        } else if (request.target().startsWith("/hints")) {
            wire.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            Backend.ok(wire, request.target());
        } else {
            Backend.ok(wire, request.target() + " " + request.text());
        }
    }

    private void awaitSlow() throws IOException {
        try {
            slow.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: app.test\r\n\r\n";
    }

    private static String get10(String target, String connection) {
        return "GET " + target + " HTTP/1.0\r\nHost: app.test\r\n" + connection + "\r\n";
    }

    // -- how long it lasts

    @Test
    void aConnectionCarriesOneRequestAfterTheOther() throws Exception {
        try (Wire wire = proxy.connect()) {
            for (int i = 0; i < 20; i++) {
                wire.send(get("/" + i));
                Message answer = ProxyFixture.receive(wire);
                assertThat(answer.text()).isEqualTo("/" + i + " ");
                assertThat(answer.header("Connection")).isNull();
            }
        }
        assertThat(app.connections.get())
                .as("one for the health check and one for all requests")
                .isEqualTo(2);
    }

    @Test
    void aClientThatAsksForItsEndGetsItAfterTheAnswer() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send("GET /x HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n");
            Message answer = ProxyFixture.receive(wire);
            assertThat(answer.text()).isEqualTo("/x ");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(wire.ended()).isTrue();
        }
    }

    @Test
    void requestsAfterOneThatAskedForTheEndAreNotCarriedOut() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send("GET /x HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n" + get("/never"));
            ProxyFixture.receive(wire);
            assertThat(wire.ended()).isTrue();
        }
        assertThat(app.requests).extracting(Message::target).containsExactly("/x");
    }

    @Test
    void whatComesBehindTheLastRequestDestroysNoAnswer() throws Exception {
        try (Wire wire = proxy.connect()) {
            String last = "OPTIONS * HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n";
            wire.send(last + get("/too/late").repeat(50_000));
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
            assertThat(wire.rest()).isEmpty();
        }
        assertThat(app.requests).extracting(Message::target).doesNotContain("/too/late");
    }

    @Test
    void aLargeAnswerBeforeTheRequestsEndArrivesWhole() throws Exception {
        app.readsBodies = false;
        try (Wire wire = Wire.narrowTo(proxy.port)) {
            wire.send("POST /large HTTP/1.1\r\nHost: app.test\r\nContent-Length: 100000000\r\n\r\nbegin");
            assertThat(wire.head()).contains("Content-Length: " + LARGE).contains("connection: close");
            wire.send("still coming");
            wire.skip(LARGE);
            wire.send("and more");
            assertThat(wire.rest()).isEmpty();
        }
    }

    @Test
    void aTargetThatClosesItsConnectionDoesNotCloseTheClients() throws Exception {
        Backend closing = new Backend("closing", (request, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
            wire.close();
        });
        proxy.deploy("app", closing);
        try (Wire wire = proxy.connect();
                closing) {
            for (int i = 0; i < 5; i++) {
                wire.send(get("/"));
                Message answer = ProxyFixture.receive(wire);
                assertThat(answer.text()).isEqualTo("ok");
                assertThat(answer.header("Connection")).isNull();
            }
        }
    }

    @Test
    void anHttp10ConnectionEndsAfterOneAnswer() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send(get10("/old", ""));
            Message answer = ProxyFixture.receive(wire);
            assertThat(answer.firstLine).isEqualTo("HTTP/1.1 200 OK");
            assertThat(answer.text()).isEqualTo("/old ");
            assertThat(wire.ended()).isTrue();
        }
    }

    @Test
    void anHttp10ClientMayAskToKeepTheConnection() throws Exception {
        try (Wire wire = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                wire.send(get10("/" + i, "Connection: keep-alive\r\n"));
                Message answer = ProxyFixture.receive(wire);
                assertThat(answer.text()).isEqualTo("/" + i + " ");
                assertThat(answer.header("Connection")).isEqualToIgnoringCase("keep-alive");
            }
        }
    }

    @Test
    void anHttp10ClientGetsABodyOfUnknownLengthWithoutChunks() throws Exception {
        Backend chunked = new Backend(
                "chunked",
                (request, wire) -> wire.send(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
        proxy.deploy("app", chunked);
        try (Wire wire = proxy.connect();
                chunked) {
            wire.send(get10("/", "Connection: keep-alive\r\n"));
            Message answer = ProxyFixture.receive(wire);
            assertThat(answer.text()).isEqualTo("abcde");
            assertThat(answer.header("Transfer-Encoding")).isNull();
            assertThat(answer.header("Connection")).isEqualTo("close");
        }
    }

    @Test
    void anHttp10ClientGetsNoInterimResponses() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send(get10("/hints", ""));
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/hints");
        }
    }

    @Test
    void aRequestMayComeByteByByte() throws Exception {
        try (Wire wire = proxy.connect()) {
            for (char c :
                    "POST /b HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                            .toCharArray()) {
                wire.send(String.valueOf(c));
            }
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/b abc");
        }
    }

    @Test
    void emptyLinesBeforeARequestAreOverlooked() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send("\r\n\r\n" + get("/a") + "\r\n" + get("/b"));
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/a ");
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/b ");
        }
    }

    // -- order

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send(get("/slow") + get("/2") + "POST /3 HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhello"
                    + "POST /4 HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
                    + get("/5"));
            await().until(() -> !app.requests.isEmpty());
            slow.countDown();
            for (String expected : new String[] {"/slow ", "/2 ", "/3 hello", "/4 hi", "/5 "}) {
                assertThat(ProxyFixture.receive(wire).text()).isEqualTo(expected);
            }
        }
    }

    @Test
    void aPipelinedRequestIsNotSentBeforeTheOneBeforeIsAnswered() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send(get("/slow") + get("/next"));
            await().until(() -> !app.requests.isEmpty());
            // Another connection's request overtakes the one that waits.
            assertThat(proxy.get("/other").text()).isEqualTo("/other ");
            assertThat(app.requests).extracting(Message::target).containsExactly("/slow", "/other");
            slow.countDown();
            ProxyFixture.receive(wire);
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/next ");
        }
    }

    @Test
    void anErrorInTheMiddleIsAnsweredInItsTurn() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send(get("/slow") + get("/dies") + "HEAD /head HTTP/1.1\r\nHost: app.test\r\n\r\n" + get("/4"));
            slow.countDown();
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/slow ");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(502);
            Message head = ProxyFixture.receiveHead(wire);
            assertThat(head.header("Content-Length")).isEqualTo("5");
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/4 ");
        }
    }

    @Test
    void aMalformedRequestInTheMiddleIsAnsweredInItsTurnAndEndsTheConnection() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send(get("/slow") + "GET / HTTP/1.1\r\nHost : app.test\r\n\r\n" + get("/never"));
            await().until(() -> !app.requests.isEmpty());
            slow.countDown();
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/slow ");
            Message refused = ProxyFixture.receive(wire);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.header("Connection")).isEqualTo("close");
            assertThat(wire.ended()).isTrue();
        }
        assertThat(app.requests).extracting(Message::target).containsExactly("/slow");
    }

    @Test
    void interimResponsesKeepTheirPlaceAmongPipelinedAnswers() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send(get("/hints") + "HEAD /head HTTP/1.1\r\nHost: app.test\r\n\r\n" + get("/hints") + get("/last"));
            for (int i = 0; i < 2; i++) {
                Message interim = ProxyFixture.receive(wire);
                assertThat(interim.status()).isEqualTo(103);
                assertThat(interim.header("Link")).isEqualTo("</a>");
                assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/hints");
                if (i == 0) {
                    assertThat(ProxyFixture.receiveHead(wire).header("Content-Length"))
                            .isEqualTo("5");
                }
            }
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/last ");
        }
    }

    @Test
    void threeThousandRequestsInOneWriteGetThreeThousandAnswersInOrder() throws Exception {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            // Most are answered by the proxy itself, in the same turn of its loop.
            all.append(i % 10 == 0 ? get("/" + i) : "OPTIONS * HTTP/1.1\r\nHost: app.test\r\n\r\n");
        }
        try (Wire wire = proxy.connect()) {
            Future<?> sending = senders.submit(() -> {
                wire.send(all.toString());
                return null;
            });
            for (int i = 0; i < 3000; i++) {
                assertThat(ProxyFixture.receive(wire).text()).isEqualTo(i % 10 == 0 ? "/" + i + " " : "");
            }
            sending.get();
        }
        assertThat(app.requests).hasSize(300);
    }

    @Test
    void theAsteriskOfOptionsIsAnsweredByTheProxy() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send("OPTIONS * HTTP/1.1\r\nHost: app.test\r\n\r\n" + get("/next"));
            Message answer = ProxyFixture.receive(wire);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Content-Length")).isEqualTo("0");
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/next ");
        }
        assertThat(app.requests).hasSize(1);
    }
}
