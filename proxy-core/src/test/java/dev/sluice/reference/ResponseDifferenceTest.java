package dev.sluice.reference;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fixture.ReadMessages;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Responses, and what is nearly one, read by Sluice and by Netty's codec with its checks. */
class ResponseDifferenceTest {
    private static final int MUTATIONS = 2000;
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    // Whose first line has no value: Netty refuses the blank that it puts there itself.
    private static final Pattern FOLDED_FROM_NOTHING = Pattern.compile(":[ \t]*\r\n[ \t]");

    private static final List<byte[]> SEEDS = Stream.of(
                    OK + "Content-Length: 5\r\n\r\nhello",
                    OK + "Content-Length: 0\r\n\r\n",
                    OK + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                    OK + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nX-Sum: 1\r\n\r\n",
                    OK + "Connection: close\r\n\r\nhello",
                    OK + "X-Fold: a\r\n b\r\nX-Space : c\r\nContent-Length: 5\r\n\r\nhello",
                    "HTTP/1.1 204 No Content\r\n\r\n",
                    "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                    "HTTP/1.0 404 Not Found\r\nContent-Length: 5\r\n\r\nhello",
                    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 799 Odd\r\nContent-Length: 5\r\n\r\nhello",
                    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + "Content-Length: 1\r\n\r\nx")
            .map(text -> text.getBytes(ISO_8859_1))
            .toList();

    @Test
    void nothingIsTakenThatTheOtherRefusesAndNothingIsUnderstoodOtherwise() {
        Random random = new Random(9112);
        for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.HEAD)) {
            for (byte[] seed : SEEDS) {
                compare(method, seed);
                for (int i = 0; i < MUTATIONS; i++) {
                    compare(method, Mutation.of(seed, SEEDS, random));
                }
            }
        }
    }

    private static void compare(HttpMethod method, byte[] bytes) {
        List<String> ours = ReadMessages.responses(method, bytes, Integer.MAX_VALUE / 2).said;
        if (!FOLDED_FROM_NOTHING.matcher(new String(bytes, ISO_8859_1)).find()) {
            Comparison.check(bytes, ours, NettyMessages.responses(method, bytes));
        }
        assertThat(ReadMessages.responses(method, bytes, 3).said).isEqualTo(ours);
    }
}
