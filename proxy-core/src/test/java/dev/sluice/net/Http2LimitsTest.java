package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Http2Wire;
import dev.sluice.fixture.Http2Wire.Frame;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile clients over HTTP/2, frame by frame. */
class Http2LimitsTest {
    private static final String HOST = "app.test";
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int PROTOCOL_ERROR = 1;
    private static final int CANCEL = 8;
    private static final int INITIAL_WINDOW_SIZE = 4;

    private Backend target;
    private ProxyFixture proxy;

    @BeforeEach
    void start() throws Exception {
        target = new Backend("app", (request, wire) -> Backend.ok(wire, "x".repeat(1000)));
        EdgeLimits usual = EdgeLimits.DEFAULT;
        proxy = new ProxyFixture(new EdgeLimits(
                new EdgeLimits.Times(
                        Duration.ofSeconds(30), Duration.ofMillis(500), Duration.ofMillis(500), Duration.ofSeconds(30)),
                usual.heads(),
                usual.connections(),
                usual.http2(),
                0));
        proxy.certificate("cert", TestCertificates.forHost(HOST));
        ServiceOptions options = new ServiceOptions(
                List.of(HOST),
                List.of(),
                true,
                new TlsOptions(true, false, "cert", "key", "", "", ""),
                "",
                "",
                Duration.ZERO,
                false,
                List.of(),
                "");
        proxy.deploy("app", options, ProxyFixture.QUICK, Duration.ofSeconds(5), target);
    }

    @AfterEach
    void stop() throws Exception {
        target.close();
        proxy.close();
    }

    private Http2Wire connect(int... settings) throws IOException {
        return new Http2Wire(proxy.tlsPort, HOST, settings);
    }

    private long hits(Limit limit) {
        return proxy.workers.limitHits().count(limit);
    }

    private static byte[] number(int value) {
        return new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
    }

    @Test
    void streamsThatAreResetAtOnceEndTheConnection() throws Exception {
        try (Http2Wire wire = connect()) {
            int goAway = flood(wire, stream -> {
                wire.get(stream, HOST);
                wire.send(Http2Wire.RST_STREAM, 0, stream, number(CANCEL));
            });
            assertThat(goAway).isIn(ENHANCE_YOUR_CALM, Http2Wire.CUT);
        }
        assertThat(hits(Limit.CLIENT_RESETS)).isEqualTo(1);
    }

    @Test
    void streamsThatTheProxyIsMadeToResetEndTheConnection() throws Exception {
        try (Http2Wire wire = connect()) {
            int goAway = flood(wire, stream -> {
                wire.get(stream, HOST);
                // RFC 9113 6.9: an increment of 0 is a stream error.
                wire.send(Http2Wire.WINDOW_UPDATE, 0, stream, number(0));
            });
            assertThat(goAway).isIn(ENHANCE_YOUR_CALM, Http2Wire.CUT);
        }
        assertThat(hits(Limit.PROXY_RESETS)).isEqualTo(1);
    }

    private interface Step {
        void take(int stream) throws IOException;
    }

    private static int flood(Http2Wire wire, Step step) throws IOException {
        for (int i = 0; i < 250; i++) {
            try {
                step.take(2 * i + 1);
            } catch (IOException e) {
                break; // cut off already
            }
        }
        return wire.goAway();
    }

    @Test
    void emptyFramesEndTheConnection() throws Exception {
        try (Http2Wire wire = connect()) {
            wire.send(
                    Http2Wire.HEADERS,
                    Http2Wire.END_HEADERS,
                    1,
                    Http2Wire.block(":method", "POST", ":scheme", "https", ":authority", HOST, ":path", "/"));
            for (int i = 0; i < 5; i++) {
                wire.send(Http2Wire.DATA, 0, 1, new byte[0]);
            }
            assertThat(wire.goAway()).isIn(ENHANCE_YOUR_CALM, Http2Wire.CUT);
        }
        assertThat(hits(Limit.EMPTY_FRAMES)).isEqualTo(1);
    }

    @Test
    void aHeadInManySmallPiecesEndsTheConnection() throws Exception {
        try (Http2Wire wire = connect()) {
            wire.send(Http2Wire.HEADERS, Http2Wire.END_STREAM, 1, Http2Wire.block(":method", "GET"));
            for (int i = 0; i < 20; i++) {
                wire.send(Http2Wire.CONTINUATION, 0, 1, Http2Wire.block("x", "y"));
            }
            assertThat(wire.goAway()).isIn(ENHANCE_YOUR_CALM, Http2Wire.CUT);
        }
        assertThat(hits(Limit.CONTINUATION)).isEqualTo(1);
    }

    @Test
    void aHeadWithTooManyFieldsIsRefused() throws Exception {
        List<String> fields =
                new ArrayList<>(List.of(":method", "GET", ":scheme", "https", ":authority", HOST, ":path", "/"));
        for (int i = 0; i < 1000; i++) {
            fields.addAll(List.of("x", "y"));
        }
        try (Http2Wire wire = connect()) {
            wire.headers(1, true, fields.toArray(new String[0]));
            assertThat(wire.end(1).type()).isEqualTo(Http2Wire.RST_STREAM);
            wire.get(3, HOST);
            assertThat(wire.end(3).type()).isEqualTo(Http2Wire.DATA);
        }
        assertThat(hits(Limit.HEAD_FIELDS)).isEqualTo(1);
        assertThat(target.requests).hasSize(1);
    }

    @Test
    void aResponseThatTheClientNeverLetsGoIsDropped() throws Exception {
        try (Http2Wire wire = connect(INITIAL_WINDOW_SIZE, 0)) {
            wire.get(1, HOST);
            Frame end = wire.end(1);
            assertThat(end.type()).isEqualTo(Http2Wire.RST_STREAM);
            assertThat(end.error()).isEqualTo(CANCEL);
        }
        assertThat(hits(Limit.WRITE_STALL)).isEqualTo(1);
    }

    @Test
    void aBodyThatStandsStillIsAnswered() throws Exception {
        try (Http2Wire wire = connect()) {
            wire.send(
                    Http2Wire.HEADERS,
                    Http2Wire.END_HEADERS,
                    1,
                    Http2Wire.block(":method", "POST", ":scheme", "https", ":authority", HOST, ":path", "/"));
            Frame end = wire.end(1);
            assertThat(end.type()).as("%s", end).isEqualTo(Http2Wire.DATA);
        }
        assertThat(hits(Limit.BODY_IDLE)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX-Smuggled: 1", "a\nb", "a\rb", "a\0b", "a\r\n\r\nGET /second HTTP/1.1\r\nHost: x"})
    void aValueWithTheEndOfALineIsNoRequest(String value) throws Exception {
        try (Http2Wire wire = connect()) {
            wire.headers(
                    1, true, ":method", "GET", ":scheme", "https", ":authority", HOST, ":path", "/", "x-value", value);
            Frame end = wire.end(1);
            assertThat(end.type()).isEqualTo(Http2Wire.RST_STREAM);
            assertThat(end.error()).isEqualTo(PROTOCOL_ERROR);
        }
        assertThat(target.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nX: y", "G T", "GET\0", "(GET)", "CONNECT"})
    void aMethodThatIsNoTokenIsNoRequest(String method) throws Exception {
        assertRefused(method, "/", HOST, "x", "y");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ HTTP/1.1\r\nX: y", "/a b", "/a\nb", "/a#b", "nothing", "/a\tb", "http://other.test/"})
    void aPathThatIsNoneIsNoRequest(String path) throws Exception {
        assertRefused("GET", path, HOST, "x", "y");
    }

    @ParameterizedTest
    @ValueSource(strings = {"user@app.test", "app.test/x", "app test", "app.test\r\nX: y", "", "app.test:x"})
    void anAuthorityThatIsNoneIsNoRequest(String authority) throws Exception {
        assertRefused("GET", "/", authority, "x", "y");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connection",
                "upgrade",
                "keep-alive",
                "proxy-connection",
                "transfer-encoding",
                "te",
                "X-Upper",
                "a b",
                "a\r\nb",
                "a:b",
                "a\0",
                ""
            })
    void aFieldThatMustNotBeIsNoRequest(String name) throws Exception {
        assertRefused("GET", "/", HOST, name, "chunked");
    }

    @Test
    void aHostThatDiffersFromTheAuthorityIsNoRequest() throws Exception {
        assertRefused("GET", "/", HOST, "host", "other.test");
    }

    private void assertRefused(String method, String path, String authority, String name, String value)
            throws Exception {
        try (Http2Wire wire = connect()) {
            wire.headers(
                    1,
                    true,
                    ":method",
                    method,
                    ":scheme",
                    "https",
                    ":authority",
                    authority,
                    ":path",
                    path,
                    name,
                    value);
            assertThat(wire.end(1).type()).isIn(Http2Wire.RST_STREAM, Http2Wire.GOAWAY);
        }
        assertThat(target.requests).isEmpty();
    }
}
