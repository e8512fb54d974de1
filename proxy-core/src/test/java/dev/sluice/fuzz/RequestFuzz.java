package dev.sluice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.fixture.ReadMessages;
import dev.sluice.http.RequestTarget;
import dev.sluice.wire.MessageWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Map;
import java.util.Objects;

/**
 * Requests of HTTP/1, byte for byte: each is refused or understood, without an exception; it does not matter in which
 * pieces it comes; and what was understood means the same to whoever reads it behind the proxy.
 */
class RequestFuzz {
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
        ReadMessages<HttpRequest> whole = ReadMessages.requests(bytes, bytes.length);
        assertThat(ReadMessages.requests(bytes, (bytes[0] & 7) + 1).said).isEqualTo(whole.said);
        for (int i = 0; i < whole.said.size() - 1; i++) {
            assertThat(whole.said.get(i))
                    .as("nothing comes behind a refusal")
                    .doesNotStartWith("refused")
                    .doesNotStartWith("malformed");
        }
        for (HttpRequest request : whole.heads) {
            if (!request.uri().equals("*")) {
                meansTheSameAgain(request);
            }
        }
    }

    private static void meansTheSameAgain(HttpRequest request) {
        RequestTarget target = Objects.requireNonNull(RequestTarget.parse(request.uri()));
        HttpRequest onward = new DefaultHttpRequest(
                request.protocolVersion(),
                request.method(),
                RequestTarget.escaped(target.originForm()),
                request.headers().copy());
        HttpRequest again = ReadMessages.requests(written(onward), Integer.MAX_VALUE / 2)
                .heads
                .getFirst();
        assertThat(ReadMessages.words(again)).isEqualTo(ReadMessages.words(onward));
        for (Map.Entry<String, String> field : again.headers()) {
            assertThat(field.getValue()).doesNotContain("\r", "\n", "\0");
        }
    }

    private static byte[] written(HttpRequest request) {
        EmbeddedChannel channel = new EmbeddedChannel();
        MessageWriter writer = new MessageWriter(channel, channel.alloc());
        writer.request(request, null);
        writer.flush();
        ByteBuf bytes = channel.readOutbound();
        try {
            return ByteBufUtil.getBytes(bytes);
        } finally {
            bytes.release();
            channel.finishAndReleaseAll();
        }
    }
}
