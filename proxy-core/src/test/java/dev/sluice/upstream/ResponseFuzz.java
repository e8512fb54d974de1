package dev.sluice.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.observe.RequestMetrics;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.HealthCheckOptions;
import dev.sluice.service.Target;
import dev.sluice.service.TargetAddress;
import dev.sluice.service.TargetOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Responses of targets, byte for byte: each is refused or understood, without an exception, and ends once; it does not
 * matter in which pieces it comes; no buffer is left behind.
 */
class ResponseFuzz {
    private static final Target TARGET = target();

    private static Target target() {
        try {
            TargetOptions options = new TargetOptions(
                    new HealthCheckOptions("/up", 0, Duration.ofSeconds(1), Duration.ofSeconds(1), ""),
                    Duration.ofSeconds(1),
                    BufferOptions.DEFAULT,
                    List.of(),
                    List.of(),
                    true,
                    false);
            return new Target(TargetAddress.parse("127.0.0.1:1"), Target.Role.WRITER, options);
        } catch (ControlFailure e) {
            throw new IllegalStateException(e);
        }
    }

    @FuzzTest(maxDuration = "5s")
    @DictionaryEntries({
        "HTTP/1.1 200 OK\\x0d\\x0a",
        "HTTP/1.0 200\\x0d\\x0a",
        "HTTP/1.1 100 Continue\\x0d\\x0a\\x0d\\x0a",
        "HTTP/1.1 101 Switching Protocols\\x0d\\x0a",
        "HTTP/1.1 204 No Content\\x0d\\x0a",
        "HTTP/1.1 304 X\\x0d\\x0a",
        "Content-Length: 1\\x0d\\x0a",
        "Transfer-Encoding: chunked\\x0d\\x0a",
        "Transfer-Encoding: gzip\\x0d\\x0a",
        "Connection: close\\x0d\\x0a",
        "Connection: keep-alive\\x0d\\x0a",
        "Keep-Alive: timeout=5\\x0d\\x0a",
        "Upgrade: websocket\\x0d\\x0a",
        "\\x0d\\x0a\\x0d\\x0a",
        "0\\x0d\\x0a\\x0d\\x0a",
        "1\\x0d\\x0aa\\x0d\\x0a",
        "\\x0d\\x0a ",
        "\\x0a",
        ";x="
    })
    void everyResponseIsRefusedOrUnderstood(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        HttpMethod method = (bytes[0] & 8) == 0 ? HttpMethod.GET : HttpMethod.HEAD;
        List<String> whole = told(method, bytes, bytes.length);
        assertThat(told(method, bytes, (bytes[0] & 7) + 1)).isEqualTo(whole);
    }

    /** What the one who asked is told, when the first byte, which chooses how, is left out. */
    private static List<String> told(HttpMethod method, byte[] bytes, int piece) {
        UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAllocator(buffers);
        Connector connector = new Connector(NioSocketChannel.class, new NameLookup(), Duration.ofSeconds(1));
        UpstreamPool pool = new UpstreamPool(channel.eventLoop(), connector, RequestMetrics.OFF);
        channel.pipeline().addLast(UpstreamConnection.initializer(TARGET, pool));
        UpstreamConnection connection = UpstreamConnection.of(channel);
        Asker asker = new Asker(connection);
        connection.assign(asker);
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, "/");
        connection.sendHead(request);
        connection.sendEnd(new DefaultLastHttpContent().trailingHeaders());
        connection.flush();
        for (int at = 1; at < bytes.length && channel.isOpen(); at += piece) {
            int length = Math.min(piece, bytes.length - at);
            channel.writeInbound(buffers.buffer(length).writeBytes(bytes, at, length));
        }
        assertThat((Object) channel.readInbound()).as("what reaches nobody").isNull();
        channel.finishAndReleaseAll();
        assertThat(asker.ends).as("ends of " + asker.told).isEqualTo(1);
        assertThat(buffers.metric().usedHeapMemory()).as("bytes not released").isZero();
        return asker.told();
    }

    /** Writes down what it is told, and lets go of the connection as an exchange does. */
    private static final class Asker extends ChannelInboundHandlerAdapter implements ResponseListener {
        private final UpstreamConnection connection;
        private final List<String> told = new ArrayList<>();
        private final StringBuilder body = new StringBuilder();
        private boolean headSeen;
        private int ends;

        Asker(UpstreamConnection connection) {
            this.connection = connection;
        }

        List<String> told() {
            told.add("body " + body);
            return told;
        }

        private void note(HttpResponse head) {
            assertThat(ends).isZero();
            assertThat(headSeen).isFalse();
            assertThat(head.status().code()).isBetween(100, 999);
            told.add(head.protocolVersion() + " " + head.status() + " "
                    + head.headers().entries());
        }

        @Override
        public void interim(HttpResponse head) {
            note(head);
        }

        @Override
        public void switchingProtocols(HttpResponse head) {
            note(head);
            headSeen = true;
            ends++;
            connection.detach(this);
        }

        @Override
        public void head(HttpResponse head) {
            note(head);
            headSeen = true;
        }

        @Override
        public void body(ByteBuf data) {
            assertThat(ends).isZero();
            assertThat(headSeen).isTrue();
            body.append(data.toString(ISO_8859_1));
            data.release();
        }

        @Override
        public void end(HttpHeaders trailers) {
            assertThat(headSeen).isTrue();
            ends++;
            told.add("end " + trailers.entries());
            connection.release();
        }

        @Override
        public void failed(UpstreamFailure failure) {
            ends++;
            told.add(failure.kind().name());
            assertThat(failure.kind()).isIn(UpstreamFailure.Kind.CLOSED, UpstreamFailure.Kind.BAD_RESPONSE);
            assertThat(failure.detail())
                    .matches("(?s)EOF|unexpected EOF|malformed HTTP response: .*|unsupported transfer encoding: .*"
                            + "|more than 100 informational responses");
        }

        /** A tunnel's bytes, behind a switch of protocols. */
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof ByteBuf data) {
                body.append(data.toString(ISO_8859_1));
                data.release();
            } else {
                told.add("in the tunnel: " + message);
            }
        }

        @Override
        public void readComplete() {}

        @Override
        public void writabilityChanged() {}
    }
}
