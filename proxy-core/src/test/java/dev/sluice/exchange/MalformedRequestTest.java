package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that are malformed, or that two parties could understand in two ways: none reaches an application, each is
 * answered, and each ends its connection, so that nothing behind it is taken for a request.
 */
@Timeout(60)
class MalformedRequestTest {
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: app.test\r\n\r\n";
    private static ProxyFixture proxy;
    private static Backend app;

    static {
        try {
            proxy = new ProxyFixture();
            app = new Backend("app", (request, wire) -> Backend.ok(wire, request.text()));
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @BeforeAll
    static void deploy() throws Exception {
        proxy.deploy("app", app);
    }

    @AfterAll
    static void end() throws Exception {
        app.close();
        proxy.close();
    }

    @AfterEach
    void forget() {
        app.requests.clear();
    }

    // A head: request line and fields, the last with its line end.
    private static Arguments head(int status, String name, String head) {
        return Arguments.of(status, name, head + "\r\n");
    }

    private static Arguments get(int status, String name, String fields) {
        return head(status, name, "GET / HTTP/1.1\r\nHost: app.test\r\n" + fields + "\r\n");
    }

    private static Arguments post(int status, String name, String fields, String body) {
        return Arguments.of(status, name, "POST / HTTP/1.1\r\nHost: app.test\r\n" + fields + "\r\n\r\n" + body);
    }

    private static Arguments chunks(String name, String body) {
        return post(400, name, "Transfer-Encoding: chunked", body);
    }

    private static Arguments line(int status, String name, String requestLine) {
        return head(status, name, requestLine + "\r\nHost: app.test\r\n");
    }

    static Stream<Arguments> framing() {
        return Stream.of(
                post(400, "length, then chunked", "Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
                post(400, "chunked, then length", "Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"),
                post(400, "two lengths", "Content-Length: 5\r\nContent-Length: 6", "hello"),
                post(400, "the same length twice", "Content-Length: 5\r\nContent-Length: 5", "hello"),
                post(400, "a list of lengths", "Content-Length: 5, 5", "hello"),
                post(400, "a signed length", "Content-Length: +5", "hello"),
                post(400, "a negative length", "Content-Length: -5", "hello"),
                post(400, "a hexadecimal length", "Content-Length: 0x5", "hello"),
                post(400, "an empty length", "Content-Length: ", "hello"),
                post(400, "a length beyond numbers", "Content-Length: 99999999999999999999", "hello"),
                post(400, "a length with a gap", "Content-Length: 5 5", "hello"),
                post(501, "an unknown coding", "Transfer-Encoding: gzip", ""),
                post(501, "a coding before chunked", "Transfer-Encoding: gzip, chunked", "0\r\n\r\n"),
                post(400, "a coding after chunked", "Transfer-Encoding: chunked, gzip", "0\r\n\r\n"),
                post(501, "identity", "Transfer-Encoding: identity", ""),
                post(501, "an empty coding", "Transfer-Encoding: ", ""),
                post(400, "chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
                post(400, "chunked twice in a line", "Transfer-Encoding: chunked, chunked", "0\r\n\r\n"),
                post(400, "nearly chunked", "Transfer-Encoding: xchunked", "0\r\n\r\n"),
                post(400, "chunked in quotes", "Transfer-Encoding: \"chunked\"", "0\r\n\r\n"),
                post(400, "chunked with a parameter", "Transfer-Encoding: chunked;q=1", "0\r\n\r\n"),
                post(400, "chunked behind a tab of another kind", "Transfer-Encoding: \u000bchunked", "0\r\n\r\n"),
                post(400, "chunked behind a byte that looks blank", "Transfer-Encoding: \u00a0chunked", "0\r\n\r\n"),
                post(400, "chunked on a line of its own", "Transfer-Encoding:\r\n chunked", "0\r\n\r\n"),
                Arguments.of(
                        400,
                        "chunked in HTTP/1.0",
                        "POST / HTTP/1.0\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                get(
                        400,
                        "a body that only an obsolete handshake has",
                        "Sec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2"));
    }

    static Stream<Arguments> chunkedBodies() {
        return Stream.of(
                chunks("0x before a size", "0x5\r\nhello\r\n0\r\n\r\n"),
                chunks("a signed size", "+5\r\nhello\r\n0\r\n\r\n"),
                chunks("a negative size", "-5\r\nhello\r\n0\r\n\r\n"),
                chunks("a size with an underscore", "0_5\r\nhello\r\n0\r\n\r\n"),
                chunks("a blank before a size", " 5\r\nhello\r\n0\r\n\r\n"),
                chunks("a blank behind a size", "5 \r\nhello\r\n0\r\n\r\n"),
                chunks("no size", "\r\nhello\r\n0\r\n\r\n"),
                chunks("no number", "zz\r\nhello\r\n0\r\n\r\n"),
                chunks("a size beyond 64 bits", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
                chunks("a size beyond 32 bits", "100000005\r\nhello\r\n0\r\n\r\n"),
                chunks("LF alone behind a size", "5\nhello\r\n0\r\n\r\n"),
                chunks("no line end behind a chunk", "5\r\nhelloXX0\r\n\r\n"),
                chunks("LF alone behind a chunk", "5\r\nhello\n0\r\n\r\n"),
                chunks("LF alone in an extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
                chunks("CR alone in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
                chunks("a trailer without a colon", "0\r\nbad line\r\n\r\n"),
                chunks("LF alone behind a trailer", "0\r\nX: a\n\r\n"));
    }

    static Stream<Arguments> fields() {
        return Stream.of(
                get(400, "a blank before the colon", "X : a"),
                get(400, "a tab before the colon", "X\t: a"),
                get(400, "no name", ": a"),
                get(400, "no colon", "nonsense"),
                get(400, "a blank in a name", "Content Length: 5"),
                get(400, "a bracket in a name", "X(y): a"),
                get(400, "a byte beyond ASCII in a name", "X\u00e9: a"),
                get(400, "NUL in a name", "X\0: a"),
                get(400, "NUL in a value", "X: a\0b"),
                get(400, "a control in a value", "X: a\u0001b"),
                get(400, "DEL in a value", "X: a\u007fb"),
                get(400, "CR alone in a value", "X: a\rb"),
                get(400, "LF alone behind a value", "X: a\nY: b"),
                head(400, "a blank before the first name", "GET / HTTP/1.1\r\n Host: app.test\r\n"),
                Arguments.of(400, "LF alone everywhere", "GET / HTTP/1.1\nHost: app.test\n\n"),
                get(417, "an unknown expectation", "Expect: wonders"),
                get(417, "a second, unknown expectation", "Expect: 100-continue\r\nExpect: wonders"),
                get(431, "more than a megabyte of fields", "X: " + "a".repeat(1 << 20)));
    }

    static Stream<Arguments> hosts() {
        return Stream.of(
                head(400, "no host", "GET / HTTP/1.1\r\n"),
                head(400, "two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n"),
                head(400, "the same host twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n"),
                head(400, "two hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n"),
                head(400, "a user before the host", "GET / HTTP/1.1\r\nHost: u@a\r\n"),
                head(400, "a path behind the host", "GET / HTTP/1.1\r\nHost: a/b\r\n"),
                head(400, "a blank in the host", "GET / HTTP/1.1\r\nHost: a b\r\n"),
                head(400, "a port that is no number", "GET / HTTP/1.1\r\nHost: a:8x\r\n"),
                head(400, "an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n"),
                head(400, "brackets around a name", "GET / HTTP/1.1\r\nHost: [a]\r\n"),
                head(400, "two hosts in a line", "GET / HTTP/1.1\r\nHost: a, b\r\n"),
                head(400, "a host over two lines", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n"));
    }

    static Stream<Arguments> requestLines() {
        return Stream.of(
                line(400, "a blank behind the version", "GET / HTTP/1.1 "),
                line(400, "a blank in the target", "GET /a b HTTP/1.1"),
                line(400, "a method with a sign", "G@T / HTTP/1.1"),
                line(400, "a method with a bracket", "GET( / HTTP/1.1"),
                line(505, "HTTP/1.2", "GET / HTTP/1.2"),
                line(505, "HTTP/2.0", "GET / HTTP/2.0"),
                line(505, "HTTP/0.9", "GET / HTTP/0.9"),
                line(400, "HTTP/1.01", "GET / HTTP/1.01"),
                line(400, "another protocol", "GET / ICY/1.1"),
                head(400, "no version", "GET /\r\n"),
                Arguments.of(505, "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                line(400, "a control in the target", "GET /\u0001 HTTP/1.1"),
                line(400, "NUL in the target", "GET /\0 HTTP/1.1"),
                line(400, "DEL in the target", "GET /\u007f HTTP/1.1"),
                line(400, "a fragment", "GET /a#b HTTP/1.1"),
                line(400, "a target without a slash", "GET a HTTP/1.1"),
                line(400, "an asterisk without OPTIONS", "GET * HTTP/1.1"),
                line(400, "an absolute form without a host", "GET http:/// HTTP/1.1"),
                line(400, "an absolute form with a user", "GET http://u@app.test/ HTTP/1.1"),
                line(400, "an absolute form of another scheme", "GET ftp://app.test/ HTTP/1.1"),
                line(405, "CONNECT", "CONNECT app.test:443 HTTP/1.1"),
                line(414, "a very long line", "GET /" + "a".repeat(70_000) + " HTTP/1.1"),
                line(400, "bytes before the method", "\0\u0001GET / HTTP/1.1"),
                Arguments.of(400, "a TLS handshake", "\u0016\u0003\u0001\0\u00a5\u0001\0\0\u00a1\u0003\u0003\r\n\r\n"));
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource({"framing", "fields", "hosts", "requestLines"})
    void isRefusedBeforeAnyoneIsAsked(int status, String name, String bytes) throws Exception {
        assertThat(answerTo(bytes)).isEqualTo(status);
        assertThat(app.requests).isEmpty();
    }

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("chunkedBodies")
    void isNeverTakenForCompleteByTheApplication(int status, String name, String bytes) throws Exception {
        assertThat(answerTo(bytes)).isEqualTo(status);
        assertThat(app.requests).isEmpty();
    }

    private static int answerTo(String bytes) throws IOException {
        try (Wire wire = proxy.connect()) {
            wire.send(bytes + SMUGGLED);
            Message answer = ProxyFixture.receive(wire);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(wire.rest()).as("what follows the answer").isEmpty();
            return answer.status();
        }
    }

    static Stream<Arguments> unusualButClear() {
        return Stream.of(
                Arguments.of("an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
                Arguments.of("no host in HTTP/1.0", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
                Arguments.of("a host with a port and a dot", "GET / HTTP/1.1\r\nHost: App.Test.:80\r\n\r\n"),
                Arguments.of("an IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"),
                Arguments.of("an absolute form", "GET http://app.test/ HTTP/1.1\r\nHost: app.test\r\n\r\n"),
                Arguments.of("another method", "PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n"),
                Arguments.of("no blank behind the colon", "GET / HTTP/1.1\r\nHost:a\r\nX:\r\n\r\n"),
                Arguments.of("a body with GET", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"),
                Arguments.of(
                        "chunked in capitals",
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
                Arguments.of(
                        "an extension of a chunk",
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n"),
                Arguments.of(
                        "a size with zeros before it",
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n005\r\nhello\r\n000\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unusualButClear")
    void isServedAndSoIsTheNextRequest(String name, String bytes) throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send(bytes + SMUGGLED);
            Message answer = ProxyFixture.receive(wire);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo(bytes.contains("hello") ? "hello" : "");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
        }
    }
}
