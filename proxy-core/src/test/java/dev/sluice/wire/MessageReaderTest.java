package dev.sluice.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a connection's bytes become messages: what waits, what is left over, what is too much. */
class MessageReaderTest {
    private static final ReadLimits LIMITS = new ReadLimits(100, 1000, 10);
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final List<String> told = new ArrayList<>();
    private final List<ByteBuf> given = new ArrayList<>();
    private boolean ready = true;
    private final RequestReader requests =
            new RequestReader(new Told<HttpRequest>(), UnpooledByteBufAllocator.DEFAULT, LIMITS);
    private final ResponseReader responses =
            new ResponseReader(new Told<HttpResponse>(), UnpooledByteBufAllocator.DEFAULT, LIMITS);

    private final class Told<H extends HttpMessage> implements MessageListener<H> {
        @Override
        public boolean ready() {
            return ready;
        }

        @Override
        public void head(H head) {
            told.add(head instanceof HttpRequest request ? request.uri() : "response");
        }

        @Override
        public void body(ByteBuf data) {
            told.add("\"" + data.toString(ISO_8859_1) + "\"");
            data.release();
        }

        @Override
        public void end(HttpHeaders trailers) {
            told.add("end");
        }

        @Override
        public void malformed(MalformedMessage why) {
            told.add(why.kind().toString());
        }
    }

    @AfterEach
    void everyBufferIsReleased() {
        requests.close();
        responses.close();
        assertThat(given).allMatch(data -> data.refCnt() == 0);
    }

    private ByteBuf bytes(String text) {
        ByteBuf data = Unpooled.copiedBuffer(text, ISO_8859_1);
        given.add(data);
        return data;
    }

    @Test
    void aMessageThatNobodyIsReadyForWaits() {
        ready = false;
        requests.read(bytes(GET + GET));
        assertThat(told).isEmpty();
        assertThat(requests.waits()).isTrue();
        ready = true;
        requests.resume();
        assertThat(told).containsExactly("/", "end", "/", "end");
        assertThat(requests.waits()).isFalse();
    }

    @Test
    void aBodyDoesNotWait() {
        requests.read(bytes("POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhe"));
        ready = false;
        requests.read(bytes("llo"));
        requests.read(bytes(GET));
        assertThat(told).containsExactly("/a", "\"he\"", "\"llo\"", "end");
        assertThat(requests.waits()).isTrue();
    }

    @Test
    void aPartOfAHeadIsNoMessageThatWaits() {
        requests.read(bytes("GET / HT"));
        assertThat(requests.waits()).isFalse();
        requests.read(bytes("TP/1.1\r\n\r"));
        requests.read(bytes("\n"));
        assertThat(told).containsExactly("/", "end");
    }

    @Test
    void nothingIsReadBehindWhatIsMalformed() {
        requests.read(bytes("GET / HTTP/1.1\r\nHost : a\r\n\r\n" + GET));
        requests.read(bytes(GET));
        assertThat(told).containsExactly("SYNTAX");
    }

    @Test
    void limits() {
        for (String head : List.of(
                "GET /" + "a".repeat(200) + " HTTP/1.1\r\n",
                "GET /" + "a".repeat(200),
                "GET / HTTP/1.1\r\nX: " + "a".repeat(1000) + "\r\n",
                "GET / HTTP/1.1\r\nX: " + "a".repeat(1000),
                "GET / HTTP/1.1\r\n" + ("X: " + "a".repeat(200) + "\r\n").repeat(5),
                "GET / HTTP/1.1\r\n" + "X: a\r\n".repeat(11),
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + "X: a\r\n".repeat(11),
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;" + "a".repeat(5000))) {
            new RequestReader(new Told<HttpRequest>(), UnpooledByteBufAllocator.DEFAULT, LIMITS).read(bytes(head));
        }
        assertThat(told)
                .containsExactly(
                        "LINE_TOO_LONG",
                        "LINE_TOO_LONG",
                        "FIELDS_TOO_LARGE",
                        "FIELDS_TOO_LARGE",
                        "FIELDS_TOO_LARGE",
                        "TOO_MANY_FIELDS",
                        "/",
                        "TOO_MANY_FIELDS",
                        "/",
                        "SYNTAX");
    }

    @Test
    void asMuchAsIsAllowedIsRead() {
        String line = "GET /" + "a".repeat(100 - "GET / HTTP/1.1".length()) + " HTTP/1.1\r\n";
        String field = "X: " + "a".repeat(95) + "\r\n";
        requests.read(bytes(line + field.repeat(10) + "\r\n"));
        assertThat(told).hasSize(2).endsWith("end");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 1000, 100_000})
    void aLongHeadIsReadInAnyPieces(int piece) {
        RequestReader reader = new RequestReader(
                new Told<HttpRequest>(), UnpooledByteBufAllocator.DEFAULT, new ReadLimits(100_000, 300_000, 1000));
        String head = "GET /" + "t".repeat(50_000) + " HTTP/1.1\r\nX-One: " + "v".repeat(100_000) + "\r\n"
                + "X-Many: value\r\n".repeat(900) + "\r\n";
        long began = System.nanoTime();
        for (int at = 0; at < head.length(); at += piece) {
            reader.read(bytes(head.substring(at, Math.min(head.length(), at + piece))));
        }
        assertThat(told).hasSize(2);
        // Ten thousand times as long if each piece had all before it looked through again.
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
        reader.close();
    }

    @Test
    void whatFollowsASwitchOfProtocolsIsLeftOver() {
        responses.read(bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nother words"));
        assertThat(told).containsExactly("response");
        ByteBuf rest = Objects.requireNonNull(responses.takeRest());
        assertThat(rest.toString(ISO_8859_1)).isEqualTo("other words");
        rest.release();
        assertThat(responses.takeRest()).isNull();
    }

    @Test
    void aResponseToHeadHasNoBody() {
        responses.expect(HttpMethod.HEAD);
        responses.read(bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"));
        responses.expect(HttpMethod.GET);
        responses.read(bytes(OK));
        assertThat(told).containsExactly("response", "end", "response", "\"ok\"", "end");
    }

    @Test
    void onlyABodyWithoutLengthEndsWithTheConnection() {
        responses.read(bytes("HTTP/1.1 200 OK\r\n\r\nall of it"));
        assertThat(told).containsExactly("response", "\"all of it\"");
        responses.ended();
        assertThat(told).endsWith("end");
        told.clear();
        ResponseReader another = new ResponseReader(new Told<HttpResponse>(), UnpooledByteBufAllocator.DEFAULT, LIMITS);
        another.read(bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nnot"));
        another.ended();
        assertThat(told).containsExactly("response", "\"not\"");
    }

    @Test
    void aListenerMayEndTheReading() {
        RequestReader[] reader = new RequestReader[1];
        reader[0] = new RequestReader(
                new MessageListener<>() {
                    @Override
                    public boolean ready() {
                        return true;
                    }

                    @Override
                    public void head(HttpRequest head) {
                        told.add(head.uri());
                        reader[0].close();
                    }

                    @Override
                    public void body(ByteBuf data) {
                        data.release();
                        told.add("body");
                    }

                    @Override
                    public void end(HttpHeaders trailers) {
                        told.add("end");
                    }

                    @Override
                    public void malformed(MalformedMessage why) {
                        told.add("malformed");
                    }
                },
                UnpooledByteBufAllocator.DEFAULT,
                LIMITS);
        reader[0].read(bytes("POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nok" + GET));
        reader[0].read(bytes(GET));
        assertThat(told).containsExactly("/a");
    }
}
