package dev.sluice.upstream;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.permanentRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import dev.sluice.net.Transport;
import dev.sluice.service.HealthCheckOptions;
import dev.sluice.service.HealthResult;
import dev.sluice.service.TargetAddress;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a health check says of an app that answers ordinary HTTP, and of one that does not. */
class NettyHealthProbeTest {
    @RegisterExtension
    static final WireMockExtension APP = WireMockExtension.newInstance()
            .options(wireMockConfig().dynamicPort())
            .build();

    private static final Transport TRANSPORT = Transport.choose(false);
    private static final EventLoopGroup LOOPS = TRANSPORT.newGroup(1);
    private static final NettyHealthProbe PROBE =
            new NettyHealthProbe(LOOPS, new Connector(TRANSPORT.channel(), new NameLookup(), Duration.ofSeconds(5)));

    @AfterAll
    static void stop() {
        LOOPS.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static HealthCheckOptions options(String host) {
        return new HealthCheckOptions("/up", 0, Duration.ofSeconds(1), Duration.ofSeconds(3), host);
    }

    private static HealthResult probe() throws Exception {
        return PROBE.probe(TargetAddress.parse("127.0.0.1:" + APP.getPort()), options(""));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 204, 299})
    void anyStatusOf2xxIsHealthy(int status) throws Exception {
        APP.stubFor(get("/up").willReturn(aResponse().withStatus(status)));
        assertThat(probe()).isEqualTo(new HealthResult.Healthy(status));
    }

    @Test
    void anErrorTellsItsStatusAndTheFirstBytesOfTheBodyOnOneLine() throws Exception {
        APP.stubFor(get("/up").willReturn(serverError().withBody("Missing\n  migration\u0007 42 " + "x".repeat(1000))));
        assertThat(probe()).isInstanceOfSatisfying(HealthResult.WrongStatus.class, wrong -> {
            assertThat(wrong.status()).isEqualTo(500);
            assertThat(wrong.body()).startsWith("Missing migration? 42 xxx").hasSizeLessThanOrEqualTo(200);
            assertThat(wrong.message()).isEqualTo("unexpected status (500)");
        });
    }

    @Test
    void theCheckNamesItselfAndTheTarget() throws Exception {
        APP.stubFor(get("/up").willReturn(ok()));
        probe();
        APP.verify(getRequestedFor(urlEqualTo("/up"))
                .withHeader("User-Agent", equalTo("kamal-proxy"))
                .withHeader("Host", equalTo("127.0.0.1:" + APP.getPort())));
    }

    @Test
    void anotherHostIsSentWhenOneIsConfigured() throws Exception {
        APP.stubFor(get("/up").withHost(equalTo("app.example.com")).willReturn(ok()));
        TargetAddress address = TargetAddress.parse("127.0.0.1:" + APP.getPort());
        assertThat(PROBE.probe(address, options("app.example.com")).healthy()).isTrue();
        assertThat(PROBE.probe(address, options("other.example.com")).healthy()).isFalse();
    }

    @Test
    void aRedirectIsFollowedAndTheLastStatusDecides() throws Exception {
        APP.stubFor(get("/up").willReturn(temporaryRedirect("/login?next=%2F")));
        APP.stubFor(get("/login?next=%2F").willReturn(ok()));
        assertThat(probe().healthy()).isTrue();
    }

    @Test
    void aRedirectToHttpsIsNotFollowedAndGetsAHint() throws Exception {
        APP.stubFor(get("/up").willReturn(permanentRedirect("https://app.example.com/up")));
        assertThat(probe()).isInstanceOfSatisfying(HealthResult.WrongStatus.class, wrong -> {
            assertThat(wrong.location()).isEqualTo("https://app.example.com/up");
            assertThat(wrong.hint()).contains("redirects plain HTTP to https");
        });
    }

    @Test
    void redirectsInACircleEnd() throws Exception {
        APP.stubFor(get("/up").willReturn(temporaryRedirect("/up")));
        assertThat(probe().message()).isEqualTo("stopped after 10 redirects");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403})
    void aRefusedHostGetsAHint(int status) throws Exception {
        APP.stubFor(get("/up").willReturn(aResponse().withStatus(status).withBody("Blocked host")));
        assertThat(probe().hint()).contains("Host header");
    }

    @Test
    void anAnswerThatIsTooLateIsATimeOut() throws Exception {
        APP.stubFor(get("/up").willReturn(ok().withFixedDelay(3_000)));
        HealthCheckOptions hasty = new HealthCheckOptions("/up", 0, Duration.ofSeconds(1), Duration.ofMillis(200), "");
        HealthResult result = PROBE.probe(TargetAddress.parse("127.0.0.1:" + APP.getPort()), hasty);
        assertThat(result).isEqualTo(new HealthResult.TimedOut(true));
        assertThat(result.message()).isEqualTo("request timed out");
    }

    @Test
    void aClosedPortIsRefused() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = closed.getLocalPort();
        }
        assertThat(PROBE.probe(TargetAddress.parse("127.0.0.1:" + port), options(""))
                        .message())
                .isEqualTo("dial tcp 127.0.0.1:" + port + ": connect: connection refused");
    }

    @Test
    void anUnknownNameIsNamed() throws Exception {
        assertThat(PROBE.probe(TargetAddress.parse("no-such-container.invalid:80"), options("")))
                .isEqualTo(new HealthResult.NameUnknown("no-such-container.invalid", "no such host"));
    }

    @Test
    void anAppThatSpeaksTlsIsRecognised() throws Exception {
        // What a TLS server says to plain HTTP: a fatal alert.
        byte[] alert = {0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46};
        assertThat(answeredWith(alert).hint()).contains("speaks TLS");
    }

    @Test
    void somethingElseThanHttpIsABadAnswer() throws Exception {
        assertThat(answeredWith("220 mail.example.com ESMTP\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOfSatisfying(
                        HealthResult.BadAnswer.class,
                        bad -> assertThat(bad.message()).startsWith("malformed HTTP"));
        assertThat(answeredWith(new byte[0]).message()).contains("closed without an answer");
    }

    @Test
    void answersThatVisitorsWouldNotGetAreBad() throws Exception {
        assertThat(answeredWith(text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!")))
                .isInstanceOfSatisfying(
                        HealthResult.BadAnswer.class,
                        bad -> assertThat(bad.message()).startsWith("malformed HTTP response: "));
        assertThat(answeredWith(text("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")))
                .isEqualTo(new HealthResult.WrongStatus(101, "", ""));
    }

    @Test
    void interimAnswersAreNotTheAnswer() throws Exception {
        assertThat(answeredWith(text("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")))
                .isEqualTo(new HealthResult.Healthy(204));
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Length: 9, short, short",
        "Connection: close, all of it, all of it",
        "Transfer-Encoding: chunked, '3\\r\\nabc\\r\\n0\\r\\n\\r\\n', abc",
    })
    void aRefusalsBodyIsShownHoweverItEnds(String field, String body, String shown) throws Exception {
        String answer = "HTTP/1.1 503 Service Unavailable\r\n" + field + "\r\n\r\n" + body.translateEscapes();
        assertThat(answeredWith(text(answer))).isEqualTo(new HealthResult.WrongStatus(503, shown, ""));
    }

    @Test
    void whatIsNoPartOfARequestLineIsEncodedInThePath() throws Exception {
        APP.stubFor(get(urlEqualTo("/up%3Fa/%20%C3%A9%2F/%23")).willReturn(ok()));
        HealthCheckOptions odd =
                new HealthCheckOptions("up?a/ \u00e9%2F/#", 0, Duration.ofSeconds(1), Duration.ofSeconds(3), "");
        assertThat(PROBE.probe(TargetAddress.parse("127.0.0.1:" + APP.getPort()), odd))
                .isEqualTo(new HealthResult.Healthy(200));
    }

    private static byte[] text(String answer) {
        return answer.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static HealthResult answeredWith(byte[] bytes) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> {
                try (Socket socket = server.accept()) {
                    socket.getInputStream().read();
                    socket.getOutputStream().write(bytes);
                    socket.shutdownOutput();
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            return PROBE.probe(TargetAddress.parse("127.0.0.1:" + server.getLocalPort()), options(""));
        }
    }
}
