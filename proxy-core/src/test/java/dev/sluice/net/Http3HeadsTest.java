package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Http3Stream;
import dev.sluice.fixture.Http3Wire;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no request over HTTP/3: the same as over HTTP/2. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http3HeadsTest {
    private static final int MESSAGE_ERROR = 0x10e;
    private static final int EXCESSIVE_LOAD = 0x107;

    private final ProxyFixture proxy;
    private final Backend app;

    Http3HeadsTest() throws Exception {
        proxy = new ProxyFixture(new EdgeLimits(
                EdgeLimits.DEFAULT.times(),
                new EdgeLimits.Heads(20_000, 50),
                EdgeLimits.DEFAULT.connections(),
                EdgeLimits.DEFAULT.http2(),
                0));
        app = new Backend("app", (request, to) -> Backend.ok(to, request.target()));
    }

    @BeforeAll
    void begin() throws Exception {
        proxy.certificate("cert", TestCertificates.forHost("app.test"));
        proxy.serveHttp3();
        ServiceOptions options = new ServiceOptions(
                List.of("app.test"),
                List.of(),
                true,
                new TlsOptions(true, false, "cert", "key", "", "", ""),
                "",
                "",
                Duration.ZERO,
                false,
                List.of(),
                "");
        proxy.deploy("app", options, ProxyFixture.QUICK, Duration.ofSeconds(10), app);
    }

    @AfterAll
    void end() throws Exception {
        app.close();
        proxy.close();
    }

    private void nothingArrivedBut(String target) {
        await().until(() -> proxy.inflight() == 0);
        List<Message> arrived = List.copyOf(app.requests);
        app.requests.clear();
        assertThat(arrived).extracting(Message::target).containsOnly(target);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.sluice.net.Http2Test#malformedRequests")
    void isRefusedAndReachesNoApplication(String name, String[] list) throws Exception {
        try (Http3Wire wire = new Http3Wire(proxy.tlsPort, "app.test")) {
            Http3Stream stream = wire.open().headers(true, list);
            assertThat(stream.resetCode()).isEqualTo(MESSAGE_ERROR);
            assertThat(wire.get("/next").text()).isEqualTo("/next");
            nothingArrivedBut("/next");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "6", "0"})
    void aBodyOfAnotherLengthThanAnnouncedIsNeverTakenForComplete(String length) throws Exception {
        try (Http3Wire wire = new Http3Wire(proxy.tlsPort, "app.test")) {
            Http3Stream stream = wire.request("POST", "/body", false, "content-length", length);
            stream.data("hello", true);
            await().until(() -> stream.resetOrEnded());
            assertThat(wire.get("/next").text()).isEqualTo("/next");
            await().until(() -> proxy.inflight() == 0);
            assertThat(app.requests)
                    .allMatch(r -> r.target().equals("/next") || length.equals("0") && r.body.length == 0);
            app.requests.clear();
        }
    }

    @Test
    void trailersWithPseudoHeadersAreRefused() throws Exception {
        try (Http3Wire wire = new Http3Wire(proxy.tlsPort, "app.test")) {
            Http3Stream stream = wire.request("POST", "/body", false);
            stream.data("hello", false);
            stream.headers(true, ":path", "/other");
            assertThat(stream.resetCode()).isEqualTo(MESSAGE_ERROR);
            assertThat(wire.get("/next").text()).isEqualTo("/next");
            nothingArrivedBut("/next");
        }
    }

    @Test
    void aHeadThatIsTooLargeIsToldSo() throws Exception {
        long before = proxy.workers.limitHits().count(Limit.HEAD_BYTES);
        try (Http3Wire wire = new Http3Wire(proxy.tlsPort, "app.test")) {
            assertThat(wire.request("GET", "/", true, "x", "a".repeat(20_000)).status())
                    .isEqualTo("431");
            assertThat(wire.get("/next").text()).isEqualTo("/next");
            nothingArrivedBut("/next");
            assertThat(proxy.workers.limitHits().count(Limit.HEAD_BYTES)).isEqualTo(before + 1);
            wire.request("GET", "/", true, "x", "a".repeat(200_000));
            await().until(() -> wire.closed() != null && wire.closed().error() == EXCESSIVE_LOAD);
        }
    }

    @Test
    void aHeadOfTooManyFieldsIsRefused() throws Exception {
        try (Http3Wire wire = new Http3Wire(proxy.tlsPort, "app.test")) {
            List<String> fields = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                fields.addAll(List.of("x" + i, "1"));
            }
            Http3Stream stream = wire.request("GET", "/", true, fields.toArray(String[]::new));
            assertThat(stream.resetCode()).isEqualTo(EXCESSIVE_LOAD);
            assertThat(wire.get("/next").text()).isEqualTo("/next");
            nothingArrivedBut("/next");
        }
    }
}
