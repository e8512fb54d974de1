package dev.sluice.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages as bytes, and in how many pieces. */
class MessageWriterTest {
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelOutboundHandlerAdapter());
    private final MessageWriter writer = new MessageWriter(channel, channel.alloc());

    @AfterEach
    void end() {
        writer.discard();
        channel.finishAndReleaseAll();
    }

    private List<String> pieces() {
        List<String> pieces = new ArrayList<>();
        ByteBuf data;
        while ((data = channel.readOutbound()) != null) {
            pieces.add(data.toString(ISO_8859_1));
            data.release();
        }
        return pieces;
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, ISO_8859_1);
    }

    private static HttpResponse response(String name, String value) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers().set(name, value);
        return head;
    }

    @Test
    void aRequestWithoutABodyIsOnePiece() {
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.add(HttpHeaderNames.HOST, "app.test").add("X-Two", "1").add("X-Two", "2");
        writer.request(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/a?b", headers), null);
        writer.end(EmptyHttpHeaders.INSTANCE);
        assertThat(pieces()).as("before it is sent").isEmpty();
        writer.flush();
        assertThat(pieces()).containsExactly("GET /a?b HTTP/1.1\r\nhost: app.test\r\nX-Two: 1\r\nX-Two: 2\r\n\r\n");
    }

    @Test
    void aSmallBodyLeavesWithItsHead() {
        writer.response(response("Content-Length", "11"));
        writer.body(text("hello "));
        writer.body(Unpooled.EMPTY_BUFFER);
        writer.body(text("world"));
        writer.end(EmptyHttpHeaders.INSTANCE);
        writer.flush();
        assertThat(pieces()).containsExactly("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world");
    }

    @Test
    void aLargeBodyIsNotCopied() {
        String large = "x".repeat(100_000);
        ByteBuf data = text(large);
        writer.response(response("Content-Length", "100000"));
        writer.body(data);
        writer.end(EmptyHttpHeaders.INSTANCE);
        writer.flush();
        assertThat((ByteBuf) channel.readOutbound()).satisfies(head -> {
            assertThat(head.toString(ISO_8859_1)).endsWith("\r\n\r\n");
            head.release();
        });
        assertThat((ByteBuf) channel.readOutbound()).isSameAs(data);
        data.release();
    }

    @Test
    void moreThanWasAnnouncedIsNotLost() {
        writer.response(response("Content-Length", "1"));
        writer.body(text("two"));
        writer.flush();
        assertThat(String.join("", pieces())).endsWith("\r\n\r\ntwo");
    }

    @Test
    void aBodyInChunks() {
        writer.response(response("Transfer-Encoding", "chunked"));
        writer.body(text("hello"));
        writer.body(text("y".repeat(300)));
        writer.end(EmptyHttpHeaders.INSTANCE);
        writer.flush();
        assertThat(pieces())
                .containsExactly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n12c\r\n"
                        + "y".repeat(300) + "\r\n0\r\n\r\n");
    }

    @Test
    void chunksOfEverySizeAreToldRight() {
        for (int size : new int[] {1, 9, 10, 15, 16, 255, 256, 4095, 4096, 4097, 65_535, 65_536, 1_048_576}) {
            writer.response(response("Transfer-Encoding", "chunked"));
            writer.body(text("z".repeat(size)));
            writer.flush();
            writer.body(text("."));
            writer.end(new DefaultHttpHeaders().add("X-Sum", "1"));
            writer.flush();
            assertThat(String.join("", pieces()))
                    .isEqualTo("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(size)
                            + "\r\n" + "z".repeat(size) + "\r\n1\r\n.\r\n0\r\nX-Sum: 1\r\n\r\n");
        }
    }

    @Test
    void trailersGoWithChunksOnly() {
        writer.response(response("Content-Length", "1"));
        writer.body(text("a"));
        writer.end(new DefaultHttpHeaders().add("X-Sum", "1"));
        writer.flush();
        assertThat(pieces()).containsExactly("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
    }

    @Test
    void severalMessagesKeepTheirOrder() {
        writer.response(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.PROCESSING));
        writer.response(response("Content-Length", "1"));
        writer.body(text("a"));
        writer.end(EmptyHttpHeaders.INSTANCE);
        writer.response(response("Content-Length", "0"));
        writer.end(EmptyHttpHeaders.INSTANCE);
        writer.flush();
        assertThat(String.join("", pieces()))
                .isEqualTo("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }

    @Test
    void bytesBeyondAsciiStayBytesAndNothingBecomesALinesEnd() {
        HttpHeaders headers = new DefaultHttpHeaders(false);
        headers.add("X-Name", "caf\u00e9 \u010a\u4e0d");
        writer.response(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, headers));
        writer.flush();
        assertThat(pieces()).containsExactly("HTTP/1.1 200 OK\r\nX-Name: caf\u00e9 ??\r\n\r\n");
    }

    @Test
    void aHeadOfAnyLengthIsWhole() {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (int i = 0; i < 200; i++) {
            headers.add("X-Field-" + i, "v".repeat(i * 10));
        }
        writer.response(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, headers));
        writer.flush();
        String head = String.join("", pieces());
        for (int i = 0; i < 200; i++) {
            assertThat(head).contains("\r\nX-Field-" + i + ": " + "v".repeat(i * 10) + "\r\n");
        }
    }

    @Test
    void whoeverAsksIsToldThatTheHeadHasLeft() {
        var written = channel.newPromise();
        writer.request(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"), written);
        assertThat(written.isDone()).isFalse();
        writer.flush();
        assertThat(written.isSuccess()).isTrue();
        pieces();
    }
}
