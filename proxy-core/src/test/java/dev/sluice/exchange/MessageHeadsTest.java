package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.fixture.Wire;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches the application of a request's head, and the client of a response's. */
@Timeout(60)
class MessageHeadsTest {
    private final ProxyFixture proxy = new ProxyFixture();
    private Backend app = Backend.named("app");

    MessageHeadsTest() throws IOException {}

    @AfterEach
    void end() throws Exception {
        app.close();
        proxy.close();
    }

    private Message received(String request) throws Exception {
        if (proxy.services.table().find("app") == null) {
            proxy.deploy("app", app);
        }
        app.requests.clear();
        assertThat(proxy.send(request).status()).isEqualTo(200);
        return app.requests.getFirst();
    }

    private Message answered(String head) throws Exception {
        app.close();
        app = new Backend("app", (request, wire) -> wire.send(head));
        proxy.deploy("app", app);
        return proxy.get("/");
    }

    // -- host and target

    @Test
    void theHostReachesTheApplicationAsItWasSent() throws Exception {
        assertThat(received("GET / HTTP/1.1\r\nHost: CUSTOM.example.com:8080\r\n\r\n")
                        .header("Host"))
                .isEqualTo("CUSTOM.example.com:8080");
        assertThat(received("GET / HTTP/1.0\r\n\r\n").header("Host")).isNull();
    }

    @Test
    void theAuthorityOfAnAbsoluteFormGoesBeforeTheHost() throws Exception {
        Message request = received("GET http://real.test:81/a?b HTTP/1.1\r\nHost: other.test\r\n\r\n");
        assertThat(request.firstLine).isEqualTo("GET /a?b HTTP/1.1");
        assertThat(request.headers("Host")).containsExactly("real.test:81");
        assertThat(request.header("X-Forwarded-Host")).isEqualTo("real.test:81");
    }

    @Test
    void anAbsoluteFormIsRoutedByItsAuthority() throws Exception {
        try (Backend one = Backend.named("one");
                Backend two = Backend.named("two")) {
            for (Backend backend : List.of(one, two)) {
                proxy.deploy(
                        backend.name,
                        new ServiceOptions(
                                List.of(backend.name + ".test"),
                                List.of(),
                                true,
                                ServiceOptions.DEFAULT.tls(),
                                "",
                                "",
                                Duration.ZERO,
                                false,
                                List.of(),
                                ""),
                        ProxyFixture.QUICK,
                        Duration.ofSeconds(5),
                        backend);
            }
            assertThat(proxy.send("GET http://one.test/ HTTP/1.1\r\nHost: two.test\r\n\r\n")
                            .text())
                    .isEqualTo("one");
            assertThat(proxy.send("GET / HTTP/1.1\r\nHost: TWO.test.:1234\r\n\r\n")
                            .text())
                    .isEqualTo("two");
            assertThat(proxy.send("GET / HTTP/1.1\r\nHost: three.test\r\n\r\n").status())
                    .isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%2Fb/../c//d?p1=a;b;c&p2=%x&p3=ok",
                "/%zz%",
                "/?",
                "/a?b?c",
                "/~user/(x)/:y/@z/!$&'()*+,;=",
                "/%00%ff%C3%A9",
                "/\\back\\slash|pipe\"quote<tag>`^{brace}"
            })
    void theTargetReachesTheApplicationByteForByte(String target) throws Exception {
        assertThat(received("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").target())
                .isEqualTo(target);
    }

    // -- fields of requests

    @Test
    void bytesBeyondAsciiInFieldsPassBothWays() throws Exception {
        app.close();
        app = new Backend(
                "app",
                (request, wire) -> wire.send(
                        "HTTP/1.1 200 OK\r\nX-Back: " + request.header("X-There") + "\r\nContent-Length: 0\r\n\r\n"));
        proxy.deploy("app", app);
        Message answer = proxy.send("GET / HTTP/1.1\r\nHost: a\r\nX-There: caf\u00c3\u00a9 \u00ff\r\n\r\n");
        assertThat(answer.header("X-Back")).isEqualTo("caf\u00c3\u00a9 \u00ff");
    }

    @Test
    void fieldsOfTheConnectionStayBehindAndAllOthersPass() throws Exception {
        Message request = received(String.join(
                "\r\n",
                "GET / HTTP/1.1",
                "Host: a",
                "Connection: close, X-Mine",
                "X-Mine: 1",
                "Keep-Alive: 5",
                "Proxy-Connection: keep-alive",
                "Proxy-Authorization: x",
                "TE: trailers, gzip",
                "Trailer: X-Sum",
                "Forwarded: for=1.2.3.4",
                "X-Twice: 1",
                "X-Twice: 2",
                "Cookie: a=1",
                "Accept-Encoding: br",
                "",
                ""));
        for (String gone : List.of(
                "Connection",
                "X-Mine",
                "Keep-Alive",
                "Proxy-Connection",
                "Proxy-Authorization",
                "Trailer",
                "Forwarded")) {
            assertThat(request.header(gone)).as(gone).isNull();
        }
        assertThat(request.header("TE")).isEqualTo("trailers");
        assertThat(request.headers("X-Twice")).containsExactly("1", "2");
        assertThat(request.header("Cookie")).isEqualTo("a=1");
        assertThat(request.header("Accept-Encoding")).isEqualTo("br");
        assertThat(request.header("User-Agent")).isNull();
        assertThat(request.header("X-Request-ID")).isNotEmpty();
        assertThat(request.header("X-Request-Start")).startsWith("t=");
        assertThat(request.header("X-Kamal-Target")).isEqualTo(app.address());
    }

    // -- fields of responses

    @Test
    void fieldsOfTheTargetsConnectionStayBehindAndAllOthersPass() throws Exception {
        Message answer = answered(String.join(
                "\r\n",
                "HTTP/1.1 200 Fine by me",
                "Connection: keep-alive, X-Mine",
                "X-Mine: 1",
                "Keep-Alive: 5",
                "Proxy-Authenticate: x",
                "Upgrade: h2c",
                "Server: app",
                "Via: 1.1 x",
                "Set-Cookie: a=1",
                "Set-Cookie: b=2",
                "Content-Length: 2",
                "",
                "ok"));
        assertThat(answer.firstLine).isEqualTo("HTTP/1.1 200 Fine by me");
        for (String gone : List.of("Connection", "X-Mine", "Keep-Alive", "Proxy-Authenticate", "Upgrade")) {
            assertThat(answer.header(gone)).as(gone).isNull();
        }
        assertThat(answer.headers("Set-Cookie")).containsExactly("a=1", "b=2");
        assertThat(answer.header("Server")).isEqualTo("app");
        assertThat(answer.header("Via")).isEqualTo("1.1 x");
        assertThat(answer.header("Date")).isNotNull();
        assertThat(answer.header("Content-Type")).as("nothing is guessed").isNull();
    }

    // -- one response stays one

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake",
                "X: a\rHTTP/1.1 200 OK\r\nContent-Length: 4",
                "X: a\nY: b",
                "X: a\0b"
            })
    void aResponseCannotBeMadeTwo(String field) throws Exception {
        app.close();
        app = new Backend(
                "app",
                (request, wire) -> wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n" + field + "\r\n\r\nreal"));
        proxy.deploy("app", app);
        try (Wire wire = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                wire.send("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n");
                Message answer = ProxyFixture.receive(wire);
                assertThat(answer.status() == 502 || !answer.text().equals("fake"))
                        .as(answer + " " + answer.text())
                        .isTrue();
                assertThat(answer.header("Y")).isNull();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%0d%0aSet-Cookie:%20a=1",
                "/%0d%0a%0d%0aHTTP/1.1%20200%20OK",
                "/%E5%98%8A%E5%98%8DSet-Cookie:a=1",
                "//evil.test/%2f..",
                "/\u00c3\u0085Set-Cookie:a=1"
            })
    void aRedirectOfTheProxysOwnCannotBeMadeTwoResponses(String target) throws Exception {
        proxy.certificate("cert", TestCertificates.forHost("app.test"));
        proxy.deploy(
                "app",
                new ServiceOptions(
                        List.of("app.test"),
                        List.of(),
                        true,
                        new TlsOptions(true, true, "cert", "key", "", "", ""),
                        "",
                        "",
                        Duration.ZERO,
                        false,
                        List.of(),
                        ""),
                ProxyFixture.QUICK,
                Duration.ofSeconds(5),
                app);
        Message answer = proxy.send("GET " + target + " HTTP/1.1\r\nHost: app.test\r\n\r\n");
        assertThat(answer.status()).isEqualTo(301);
        assertThat(answer.header("Location")).startsWith("https://app.test");
        assertThat(answer.header("Set-Cookie")).isNull();
    }

    @Test
    void anErrorPageShowsNothingThatTheClientSent() throws Exception {
        String mark = "<script>alert(1)</script>";
        Message answer = proxy.send(
                "GET /" + mark + " HTTP/1.1\r\nHost: app.test\r\nAccept: text/html\r\nReferer: " + mark + "\r\n\r\n");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text().toLowerCase(Locale.ROOT)).doesNotContain("alert(1)");
    }
}
