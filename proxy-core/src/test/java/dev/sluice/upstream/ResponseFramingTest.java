package dev.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Raw bytes of a target: what the client gets, and whether the connection they came on is used again. */
@Timeout(60)
class ResponseFramingTest {
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String FIVE = OK + "Content-Length: 5\r\n";
    private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String REST = "\r\nContent-Length: 5\r\n\r\nhello";

    private final ProxyFixture proxy = new ProxyFixture();
    private Backend app = Backend.named("unused");

    ResponseFramingTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        app.close();
        proxy.close();
    }

    /** What the target does after its bytes. */
    enum Then {
        WAITS,
        CLOSES,
        RESETS
    }

    /**
     * @param body what the client gets; null for none
     */
    record Row(String name, String method, String bytes, Then then, int status, String body, boolean reused) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Row kept(String name, String bytes, String body) {
        return new Row(name, "GET", bytes, Then.WAITS, 200, body, true);
    }

    private static Row once(String name, String bytes, String body) {
        return new Row(name, "GET", bytes, Then.WAITS, 200, body, false);
    }

    private static Row refused(String name, String bytes) {
        return new Row(name, "GET", bytes, Then.WAITS, 502, "", false);
    }

    static Stream<Row> whole() {
        return Stream.of(
                kept("length", FIVE + "\r\nhello", "hello"),
                kept("length of nothing", OK + "Content-Length: 0\r\n\r\n", ""),
                kept("the same length twice", FIVE + "Content-Length: 5\r\n\r\nhello", "hello"),
                kept("chunks", CHUNKED + "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", "hello"),
                kept("chunk extension", CHUNKED + "5;a=b\r\nhello\r\n0\r\n\r\n", "hello"),
                kept("chunk size with zeros", CHUNKED + "0005\r\nhello\r\n000\r\n\r\n", "hello"),
                kept("trailers", CHUNKED + "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", "hello"),
                kept("coding in capitals", OK + "Transfer-Encoding: CHUNKED\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello"),
                kept("no reason phrase", "HTTP/1.1 200 " + REST, "hello"),
                kept("nothing after the status", "HTTP/1.1 200" + REST, "hello"),
                kept("100 before", "HTTP/1.1 100 Continue\r\n\r\n" + FIVE + "\r\nhello", "hello"),
                kept(
                        "102 a hundred times",
                        "HTTP/1.1 102 Processing\r\n\r\n".repeat(100) + FIVE + "\r\nhello",
                        "hello"),
                kept("folded field", OK + "X: a\r\n b" + REST, "hello"),
                kept("space before the colon", OK + "X : a" + REST, "hello"),
                kept("field without a value", OK + "X:" + REST, "hello"),
                kept("letters beyond ASCII", OK + "X: caf\u00e9" + REST, "hello"),
                kept("head of 200 KiB", OK + ("X: " + "y".repeat(1000) + "\r\n").repeat(200) + "A: b" + REST, "hello"),
                kept("HTTP/1.0 that keeps alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive" + REST, "hello"),
                once("HTTP/1.0", "HTTP/1.0 200 OK" + REST, "hello"),
                once("Connection: close", OK + "Connection: close" + REST, "hello"),
                once("another response behind", FIVE + "\r\nhello" + FIVE + "\r\nfalse", "hello"),
                once("the beginning of another response behind", FIVE + "\r\nhelloHTTP/1.", "hello"),
                once("an empty line behind", FIVE + "\r\nhello\r\n", "hello"),
                once("bytes behind the last chunk", CHUNKED + "5\r\nhello\r\n0\r\n\r\nx", "hello"),
                new Row("no length", "GET", OK + "\r\nhello", Then.CLOSES, 200, "hello", false),
                new Row("status without a name", "GET", "HTTP/1.1 799 Odd" + REST, Then.WAITS, 799, "hello", true),
                new Row("204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", Then.WAITS, 204, "", true),
                new Row(
                        "304 with a length",
                        "GET",
                        "HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\n",
                        Then.WAITS,
                        304,
                        "",
                        true),
                new Row("204 with a body", "GET", "HTTP/1.1 204 No Content\r\n\r\nhello", Then.WAITS, 204, "", false),
                new Row("304 with a body", "GET", "HTTP/1.1 304 X" + REST, Then.WAITS, 304, "", false),
                new Row("HEAD with a length", "HEAD", FIVE + "\r\n", Then.WAITS, 200, "", true),
                new Row("HEAD with chunked", "HEAD", CHUNKED, Then.WAITS, 200, "", true),
                new Row("HEAD with a body", "HEAD", FIVE + "\r\nhello", Then.WAITS, 200, "", false));
    }

    static Stream<Row> refused() {
        return Stream.of(
                refused("other protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n"),
                refused("other name", "ICY 200 OK" + REST),
                refused("small letters", "http/1.1 200 OK" + REST),
                refused("version 2", "HTTP/2 200 OK" + REST),
                refused("version 2.0", "HTTP/2.0 200 OK" + REST),
                refused("version of two digits", "HTTP/1.10 200 OK" + REST),
                refused("status of two digits", "HTTP/1.1 20 OK" + REST),
                refused("status of four digits", "HTTP/1.1 2000 OK" + REST),
                refused("status with a sign", "HTTP/1.1 +20 OK" + REST),
                refused("status under 100", "HTTP/1.1 099 OK" + REST),
                refused("NUL in the reason phrase", "HTTP/1.1 200 O\0K" + REST),
                refused("NUL in a value", OK + "X: a\0b" + REST),
                refused("NUL in a name", OK + "X\0Y: a" + REST),
                refused("CR in a value", OK + "X: a\rb" + REST),
                refused("LF as a line's end", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"),
                refused("no colon", OK + "nonsense" + REST),
                refused("no name", OK + ": a" + REST),
                refused("fold before any field", OK + " X: a" + REST),
                refused("two lengths", FIVE + "Content-Length: 6\r\n\r\nhello"),
                refused("two lengths in one", OK + "Content-Length: 5, 6\r\n\r\nhello"),
                refused("negative length", OK + "Content-Length: -5\r\n\r\nhello"),
                refused("length with a sign", OK + "Content-Length: +5\r\n\r\nhello"),
                refused("length with a letter", OK + "Content-Length: 5x\r\n\r\nhello"),
                refused("empty length", OK + "Content-Length:\r\n\r\nhello"),
                refused("length without end", OK + "Content-Length: 99999999999999999999\r\n\r\nhello"),
                refused("length and chunks", FIVE + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
                refused("chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                refused("another coding", OK + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                refused("another coding alone", OK + "Transfer-Encoding: gzip\r\n\r\nhello"),
                refused("identity", OK + "Transfer-Encoding: identity" + REST),
                refused("chunked twice", OK + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
                refused("almost chunked", OK + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                refused("101 that nobody asked for", "HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
                refused("102 without end", "HTTP/1.1 102 Processing\r\n\r\n".repeat(101) + FIVE + "\r\nhello"),
                refused("head of 300 KiB", OK + ("X: " + "y".repeat(1000) + "\r\n").repeat(300) + "A: b" + REST),
                refused("one field of 300 KiB", OK + "X: " + "y".repeat(300_000) + REST));
    }

    static Stream<Row> cut() {
        return Stream.of(
                cut("length not reached", OK + "Content-Length: 9\r\n\r\npart", Then.CLOSES),
                cut("length not reached, reset", OK + "Content-Length: 9\r\n\r\npart", Then.RESETS),
                cut("no last chunk", CHUNKED + "4\r\npart\r\n", Then.CLOSES),
                cut("no end of the trailers", CHUNKED + "4\r\npart\r\n0\r\nX: y\r\n", Then.CLOSES),
                cut("no length, reset", OK + "\r\npart", Then.RESETS),
                cut("chunk size of other letters", CHUNKED + "4\r\npart\r\nZZ\r\n", Then.WAITS),
                cut("chunk size with a sign", CHUNKED + "4\r\npart\r\n-5\r\nhello\r\n0\r\n\r\n", Then.WAITS),
                cut("chunk size with 0x", CHUNKED + "4\r\npart\r\n0x5\r\nhello\r\n0\r\n\r\n", Then.WAITS),
                cut("chunk size over 31 bits", CHUNKED + "4\r\npart\r\nFFFFFFFFF\r\nhello", Then.WAITS),
                cut("no chunk size", CHUNKED + "4\r\npart\r\n\r\nhello\r\n0\r\n\r\n", Then.WAITS),
                cut("chunk size that ends in LF", CHUNKED + "4\r\npart\r\n5\nhello\r\n0\r\n\r\n", Then.WAITS),
                cut("chunk longer than its size", CHUNKED + "4\r\npart\r\n3\r\nhello\r\n0\r\n\r\n", Then.WAITS),
                cut("trailer without a colon", CHUNKED + "4\r\npart\r\n0\r\nnonsense\r\n\r\n", Then.WAITS));
    }

    private static Row cut(String name, String bytes, Then then) {
        return new Row(name, "GET", bytes, then, 200, "part", false);
    }

    private final CountDownLatch received = new CountDownLatch(1);

    private void deploy(Row row) throws Exception {
        app.close();
        app = new Backend("app", (request, wire) -> {
            if (request.target().equals("/next")) {
                Backend.ok(wire, "next");
                return;
            }
            wire.send(row.bytes());
            if (row.then() != Then.WAITS) {
                // A reset would destroy what is still under way.
                awaitReceipt();
                end(wire, row.then());
            }
        });
        proxy.deploy("app", app);
        await().until(() -> app.openConnections() == 0);
    }

    private void awaitReceipt() throws IOException {
        try {
            received.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void end(Wire wire, Then then) throws IOException {
        if (then == Then.RESETS) {
            wire.reset();
        } else {
            wire.close();
        }
    }

    private static String request(String method, String target) {
        return method + " " + target + " HTTP/1.1\r\nHost: app.test\r\n\r\n";
    }

    @ParameterizedTest
    @MethodSource("whole")
    void aWholeResponseIsPassedOnAndItsConnectionKeptIfNothingIsOdd(Row row) throws Exception {
        deploy(row);
        if (row.then() == Then.CLOSES) {
            received.countDown();
        }
        exchange(row);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatIsNoResponseIs502(Row row) throws Exception {
        deploy(row);
        exchange(row);
    }

    private void exchange(Row row) throws Exception {
        int before = app.connections.get();
        try (Wire wire = proxy.connect()) {
            wire.send(request(row.method(), "/"));
            Message answer = answer(wire, row);
            assertThat(answer.status()).isEqualTo(row.status());
            if (row.status() != 502) {
                assertThat(answer.text()).isEqualTo(row.body());
            }
            if (!row.reused()) {
                await().until(() -> app.openConnections() == 0);
            }
            wire.send(request("GET", "/next"));
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("next");
        }
        assertThat(app.connections.get() - before).isEqualTo(row.reused() ? 1 : 2);
    }

    // Past the informational ones.
    private static Message answer(Wire wire, Row row) throws IOException {
        boolean headOnly = row.method().equals("HEAD") || row.status() == 304;
        Message answer;
        do {
            answer = headOnly ? ProxyFixture.receiveHead(wire) : ProxyFixture.receive(wire);
        } while (answer.status() < 200);
        return answer;
    }

    @ParameterizedTest
    @MethodSource("cut")
    void aResponseThatIsCutIsSeenToBeCut(Row row) throws Exception {
        deploy(row);
        try (Wire wire = proxy.connect()) {
            wire.send(request("GET", "/"));
            String begun = "";
            if (row.then() != Then.WAITS) {
                begun = wire.head();
                begun += wire.text(begun.contains("Content-Length") ? 4 : 7);
                assertThat(begun).contains("part");
                received.countDown();
            }
            assertThat(begun + rest(wire)).doesNotEndWith("\r\n0\r\n\r\n").doesNotContain("hello");
        }
        await().until(() -> app.openConnections() == 0);
    }

    private static String rest(Wire wire) {
        try {
            return new String(wire.rest(), StandardCharsets.ISO_8859_1);
        } catch (EOFException e) {
            return "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void fieldsAreUnfoldedAndTheirNamesFreedOfSpace() throws Exception {
        deploy(kept("odd fields", OK + "X-Fold: a\r\n\tb\r\nX-Space : c" + REST, "hello"));
        Message answer = proxy.get("/");
        assertThat(answer.header("X-Fold")).isEqualTo("a b");
        assertThat(answer.header("X-Space")).isEqualTo("c");
    }

    @Test
    void whatComesWhileAConnectionIsIdleEndsIt() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        for (String unsolicited : List.of("x", "\r\n", FIVE + "\r\nfalse", "HTTP/1.1 408 Request Timeout\r\n\r\n")) {
            app.close();
            app = new Backend("app", (request, wire) -> {
                Backend.ok(wire, request.target());
                if (request.target().equals("/first")) {
                    try {
                        answered.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    wire.send(unsolicited);
                }
            });
            proxy.deploy("app", app);
            await().until(() -> app.openConnections() == 0);
            try (Wire wire = proxy.connect()) {
                wire.send(request("GET", "/first"));
                assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/first");
                answered.countDown();
                await().until(() -> app.openConnections() == 0);
                wire.send(request("GET", "/second"));
                assertThat(ProxyFixture.receive(wire).text()).isEqualTo("/second");
            }
        }
    }

    @Test
    void aConnectionWhoseRequestIsNotAtItsEndIsNotUsedAgain() throws Exception {
        app.close();
        app = new Backend("app", (request, wire) -> Backend.ok(wire, "early"));
        app.readsBodies = false;
        proxy.deploy("app", app);
        await().until(() -> app.openConnections() == 0);
        try (Wire wire = proxy.connect()) {
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 10\r\n\r\n123");
            assertThat(ProxyFixture.receive(wire).text()).isEqualTo("early");
            await().until(() -> app.openConnections() == 0);
        }
    }
}
