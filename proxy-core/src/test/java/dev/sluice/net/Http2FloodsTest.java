package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Http2Wire;
import dev.sluice.fixture.Http2Wire.Frame;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TestCertificates;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames that cost a client nothing, over and over. After each attack the next client is served. */
@Timeout(60)
class Http2FloodsTest {
    private static final String HOST = "app.test";
    private static final int PRIORITY = 2;
    private static final int PING = 6;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int REFUSED_STREAM = 7;
    private static final int MAX_HEADER_LIST_SIZE = 6;

    private final CountDownLatch goOn = new CountDownLatch(1);
    private Backend target;
    private ProxyFixture proxy;

    @BeforeEach
    void start() throws Exception {
        target = new Backend("app", (request, wire) -> {
            if (request.target().startsWith("/wait")) {
                goOn.await();
            }
            Backend.ok(wire, "x".repeat(1000));
        });
        proxy = new ProxyFixture(EdgeLimits.DEFAULT);
        proxy.certificate("cert", TestCertificates.forHost(HOST));
        proxy.deploy("app", ProxyFixture.secured(HOST, "cert"), ProxyFixture.QUICK, Duration.ofSeconds(5), target);
    }

    @AfterEach
    void stop() throws Exception {
        goOn.countDown();
        try (Http2Wire wire = connect()) {
            wire.get(1, HOST);
            assertThat(wire.response(1).status()).isEqualTo("200");
        }
        target.close();
        proxy.close();
    }

    private Http2Wire connect(int... settings) throws IOException {
        return new Http2Wire(proxy.tlsPort, HOST, settings);
    }

    private long hits(Limit limit) {
        return proxy.workers.limitHits().count(limit);
    }

    private interface Step {
        void take(int turn) throws IOException;
    }

    private static int flood(Http2Wire wire, int times, Step step) throws IOException {
        for (int i = 0; i < times; i++) {
            try {
                step.take(i);
            } catch (IOException e) {
                break; // cut off already
            }
        }
        return wire.goAway();
    }

    private static byte[] priority(int on) {
        return Unpooled.buffer(5).writeInt(on).writeByte(15).array();
    }

    @Test
    void prioritiesOverAndOverEndTheConnection() throws Exception {
        try (Http2Wire wire = connect()) {
            int end = flood(wire, 300, i -> wire.send(PRIORITY, 0, 2 * i + 3, priority(1)));
            assertThat(end).isIn(ENHANCE_YOUR_CALM, Http2Wire.CUT);
        }
        assertThat(hits(Limit.PRIORITIES)).isEqualTo(1);
        proxy.awaitLog("\"limit\":\"h2_priority\"");
    }

    @Test
    void aStreamThatDependsOnItselfOverAndOverEndsTheConnection() throws Exception {
        try (Http2Wire wire = connect()) {
            int end = flood(wire, 300, i -> {
                wire.request(2 * i + 1, true, "GET", "/wait");
                wire.send(PRIORITY, 0, 2 * i + 1, priority(2 * i + 1));
            });
            assertThat(end).isNotZero();
        }
    }

    @Test
    void windowsOpenedOverAndOverEndTheConnection() throws Exception {
        try (Http2Wire wire = connect()) {
            wire.get(1, HOST);
            assertThat(wire.response(1).status()).isEqualTo("200");
            // On a stream that is closed, where nobody would notice.
            int end = flood(wire, 300, _ -> wire.window(1, 1));
            assertThat(end).isIn(ENHANCE_YOUR_CALM, Http2Wire.CUT);
        }
        assertThat(hits(Limit.WINDOW_UPDATES)).isEqualTo(1);
    }

    @Test
    void windowsThatAreOpenedForDataAreNone() throws Exception {
        try (Http2Wire wire = connect()) {
            for (int i = 0; i < 100; i++) {
                int stream = 2 * i + 1;
                wire.get(stream, HOST);
                assertThat(wire.response(stream).status()).isEqualTo("200");
                wire.window(0, 500);
                wire.window(0, 500);
            }
        }
        assertThat(hits(Limit.WINDOW_UPDATES)).isZero();
    }

    @Test
    void tooLargeWindowsOverAndOverEndTheConnection() throws Exception {
        try (Http2Wire wire = connect()) {
            int end = flood(wire, 250, i -> {
                wire.request(2 * i + 1, true, "GET", "/wait");
                wire.window(2 * i + 1, Integer.MAX_VALUE);
            });
            assertThat(end).isIn(ENHANCE_YOUR_CALM, Http2Wire.CUT);
        }
        assertThat(hits(Limit.PROXY_RESETS)).isEqualTo(1);
    }

    @Test
    void dataAfterTheEndOverAndOverEndsTheConnection() throws Exception {
        try (Http2Wire wire = connect()) {
            int end = flood(wire, 250, i -> {
                wire.request(2 * i + 1, true, "GET", "/wait");
                wire.data(2 * i + 1, false, "x");
            });
            assertThat(end).isNotZero();
        }
    }

    @Test
    void pingsWhoseAnswersAreNotReadEndTheConnection() throws Exception {
        try (Http2Wire wire = Http2Wire.narrow(proxy.tlsPort, HOST)) {
            // One that has been served has more time until it is closed for being idle.
            wire.get(1, HOST);
            assertThat(wire.response(1).status()).isEqualTo("200");
            ByteBuf pings = Unpooled.buffer();
            for (int i = 0; i < 10_000; i++) {
                pings.writeBytes(Http2Wire.frame(PING, 0, 0, new byte[8]));
            }
            byte[] many = ByteBufUtil.getBytes(pings);
            for (int i = 0; i < 500 && hits(Limit.CONTROL_FRAMES) == 0; i++) {
                try {
                    wire.send(many);
                } catch (IOException e) {
                    break;
                }
            }
        }
        assertThat(hits(Limit.CONTROL_FRAMES)).isEqualTo(1);
    }

    @Test
    void headsThatAreTooLargeTogetherAreRefused() throws Exception {
        String large = "x".repeat(15_000);
        int refused = 0;
        try (Http2Wire wire = connect()) {
            wire.window(0, 1 << 20);
            for (int i = 0; i < 90; i++) {
                wire.headers(
                        2 * i + 1,
                        true,
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":authority",
                        HOST,
                        ":path",
                        "/wait",
                        "x",
                        large);
            }
            await().until(() -> hits(Limit.HEADS_TOTAL) > 0);
            goOn.countDown();
            for (int ended = 0; ended < 90; ) {
                Frame frame = wire.next();
                ended += frame.ends() || frame.type() == Http2Wire.RST_STREAM ? 1 : 0;
                if (frame.type() == Http2Wire.RST_STREAM) {
                    assertThat(frame.error()).isEqualTo(REFUSED_STREAM);
                    refused++;
                }
            }
            // There is room again.
            wire.get(181, HOST);
            assertThat(wire.end(181).type()).isEqualTo(Http2Wire.DATA);
        }
        assertThat(refused).isBetween(1, 89);
        assertThat(hits(Limit.HEADS_TOTAL)).isEqualTo(refused);
    }

    /** One byte on the wire for each field, as an index into the table, which holds one large entry. */
    @Test
    void fieldsOfOneByteEachAreCountedAsWhatTheyStandFor() throws Exception {
        String large = "y".repeat(3900);
        try (Http2Wire wire = connect()) {
            byte[] first = indexed("x-large", large);
            byte[] request = Http2Wire.block(":method", "GET", ":scheme", "https", ":authority", HOST, ":path", "/");
            wire.send(
                    Http2Wire.HEADERS,
                    Http2Wire.END_HEADERS | Http2Wire.END_STREAM,
                    1,
                    Unpooled.copiedBuffer(request, first).array());
            assertThat(wire.response(1).status()).isEqualTo("200");
            // Dynamic entry 62: the field above.
            byte[] many = new byte[8000];
            Arrays.fill(many, (byte) (0x80 | 62));
            for (int stream = 3; stream < 43; stream += 2) {
                wire.send(
                        Http2Wire.HEADERS,
                        Http2Wire.END_HEADERS | Http2Wire.END_STREAM,
                        stream,
                        Unpooled.copiedBuffer(request, many).array());
                Frame end = wire.next(Http2Wire.HEADERS, stream);
                assertThat(wire.decode(end).status()).asString().isEqualTo("431");
            }
        }
        assertThat(hits(Limit.HEAD_BYTES)).isEqualTo(20);
        assertThat(target.requests).hasSize(1);
    }

    // RFC 7541 6.2.1: literal with incremental indexing, new name.
    private static byte[] indexed(String name, String value) {
        byte[] block = Http2Wire.block(name, value);
        block[0] = 0x40;
        return block;
    }

    /** The setting is advice (RFC 9113 6.5.2): a response over it must be no error that costs more than the response. */
    @Test
    void aClientThatTakesNoHeadsIsServedLikeOthers() throws Exception {
        try (Http2Wire wire = connect(MAX_HEADER_LIST_SIZE, 10)) {
            for (int i = 0; i < 50; i++) {
                wire.get(2 * i + 1, HOST);
                assertThat(wire.end(2 * i + 1).type()).isEqualTo(Http2Wire.DATA);
            }
        }
        assertThat(hits(Limit.PROXY_RESETS)).isZero();
    }
}
