package dev.sluice.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.edge.LimitHits;
import dev.sluice.exchange.CountedFields;
import dev.sluice.exchange.Http1Guard;
import dev.sluice.exchange.RejectedRequest;
import dev.sluice.exchange.RequestDecoder;
import dev.sluice.http.RequestTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Requests of HTTP/1, byte for byte: each is refused or understood, without an exception; it does not matter in which
 * pieces it comes; and what was understood means the same to whoever reads it behind the proxy.
 */
class RequestFuzz {
    private static final int MAX_HEAD = 4096;
    private static final int MAX_FIELDS = 20;

    @FuzzTest(maxDuration = "5s")
    @DictionaryEntries({
        "GET / HTTP/1.1\\x0d\\x0a",
        "POST",
        "HEAD",
        "OPTIONS *",
        " HTTP/1.0\\x0d\\x0a",
        "Host: a\\x0d\\x0a",
        "Content-Length: 1\\x0d\\x0a",
        "Transfer-Encoding: chunked\\x0d\\x0a",
        "Expect: 100-continue\\x0d\\x0a",
        "Connection: close\\x0d\\x0a",
        "\\x0d\\x0a\\x0d\\x0a",
        "\\x0d\\x0a ",
        "0\\x0d\\x0a\\x0d\\x0a",
        "1\\x0d\\x0aa\\x0d\\x0a",
        "http://a/",
        "\\x0a",
        "\\x0d",
        ";x=",
        "100-continue",
        "upgrade",
        "h2c"
    })
    void everyRequestIsRefusedOrUnderstood(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        int piece = (bytes[0] & 7) + 1;
        List<Object> whole = decoded(bytes, 0, bytes.length);
        List<Object> pieces = decoded(bytes, 0, piece);
        try {
            assertThat(said(pieces)).isEqualTo(said(whole));
            for (Object message : whole) {
                if (message instanceof HttpRequest request && !request.uri().equals("*")) {
                    meansTheSameAgain(request);
                }
            }
        } finally {
            whole.forEach(ReferenceCountUtil::release);
            pieces.forEach(ReferenceCountUtil::release);
        }
    }

    private static EmbeddedChannel channel() {
        return new EmbeddedChannel(
                new RequestDecoder(new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAX_HEAD)
                        .setMaxHeaderSize(MAX_HEAD)
                        .setHeadersFactory(CountedFields.factory(MAX_FIELDS))
                        .setTrailersFactory(CountedFields.factory(MAX_FIELDS))),
                new Http1Guard(new LimitHits(), "192.0.2.1"));
    }

    private static List<Object> decoded(byte[] bytes, int from, int piece) {
        EmbeddedChannel channel = channel();
        for (int at = from; at < bytes.length; at += piece) {
            channel.writeInbound(Unpooled.copiedBuffer(bytes, at, Math.min(piece, bytes.length - at)));
        }
        channel.checkException();
        List<Object> messages = new ArrayList<>();
        Object message;
        while ((message = channel.readInbound()) != null) {
            messages.add(message);
        }
        // The end in the middle of something says so or says nothing; it never makes it whole.
        channel.finishAndReleaseAll();
        return messages;
    }

    // What the messages say, however a body is parted.
    private static List<String> said(List<Object> messages) {
        List<String> said = new ArrayList<>();
        StringBuilder body = new StringBuilder();
        for (Object message : messages) {
            if (message instanceof HttpRequest request) {
                said.add(head(request));
            } else if (message instanceof RejectedRequest rejected) {
                assertThat(rejected.status()).isBetween(400, 505);
                assertThat(message).as("nothing comes behind a refusal").isSameAs(messages.getLast());
                said.add("refused " + rejected.status());
            }
            if (message instanceof HttpContent content) {
                body.append(content.content().toString(ISO_8859_1));
                if (content.decoderResult().isFailure()) {
                    said.add("malformed behind " + body);
                } else if (content instanceof LastHttpContent last) {
                    said.add(body + " trailers " + last.trailingHeaders().entries());
                    body.setLength(0);
                }
            }
        }
        return said;
    }

    private static String head(HttpRequest request) {
        assertThat(request.decoderResult().isSuccess()).isTrue();
        return request.method() + " " + request.uri() + " " + request.protocolVersion() + " "
                + request.headers().entries();
    }

    private static void meansTheSameAgain(HttpRequest request) {
        RequestTarget target = Objects.requireNonNull(RequestTarget.parse(request.uri()));
        HttpRequest onward = new DefaultHttpRequest(
                request.protocolVersion(),
                request.method(),
                RequestTarget.escaped(target.originForm()),
                request.headers().copy());
        EmbeddedChannel encoder = new EmbeddedChannel(new HttpRequestEncoder());
        EmbeddedChannel reader = channel();
        try {
            encoder.writeOutbound(onward);
            ByteBuf head = encoder.readOutbound();
            reader.writeInbound(head);
            HttpRequest again = reader.readInbound();
            assertThat(head(again)).isEqualTo(head(onward));
            for (Map.Entry<String, String> field : again.headers()) {
                assertThat(field.getValue()).doesNotContain("\r", "\n", "\0");
            }
        } finally {
            encoder.finishAndReleaseAll();
            reader.finishAndReleaseAll();
        }
    }
}
