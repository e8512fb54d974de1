package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardedChainTest {
    private static final TrustedPeers TRUSTED = TrustedPeers.of(List.of("10.0.0.0/8", "fd00::/8"));

    private static HttpHeaders forwardedFor(String... lines) {
        return new DefaultHttpHeaders().add("X-Forwarded-For", List.of(lines));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            203.0.113.9                              | 203.0.113.9   | 203.0.113.9
            1.1.1.1, 203.0.113.9                     | 203.0.113.9   | 203.0.113.9
            1.1.1.1, 203.0.113.9, 10.0.0.2           | 203.0.113.9   | 203.0.113.9, 10.0.0.2
            203.0.113.9,10.0.0.3 ,  10.0.0.2         | 203.0.113.9   | 203.0.113.9, 10.0.0.3, 10.0.0.2
            10.0.0.3, 10.0.0.2                       | 10.0.0.3      | 10.0.0.3, 10.0.0.2
            203.0.113.9:4711, 10.0.0.2:80            | 203.0.113.9   | 203.0.113.9, 10.0.0.2
            [2001:db8::1]:4711                       | 2001:db8::1   | 2001:db8::1
            [2001:db8::1]                            | 2001:db8::1   | 2001:db8::1
            2001:db8::1, fd00::2                     | 2001:db8::1   | 2001:db8::1, fd00::2
            203.0.113.9, , ,10.0.0.2,                | 203.0.113.9   | 203.0.113.9, 10.0.0.2
            203.0.113.9, unknown, 10.0.0.2           | 10.0.0.2      | 10.0.0.2
            203.0.113.9, _hidden                     | 10.9.9.9      |
            203.0.113.9, 10.0.0.2:http               | 10.9.9.9      |
            203.0.113.9, 10.0.0.2:123456             | 10.9.9.9      |
            203.0.113.9, [2001:db8::1                | 10.9.9.9      |
            203.0.113.9, []                          | 10.9.9.9      |
            203.0.113.9, :                           | 10.9.9.9      |
            203.0.113.9, 1.2.3                       | 10.9.9.9      |
            203.0.113.9, fe80::1%eth0                | 10.9.9.9      |
            ,,                                       | 10.9.9.9      |
            """)
    void theClientIsTheFirstThatIsNotTrustedFromTheEnd(String line, String client, String kept) {
        HttpHeaders request = forwardedFor(line);

        assertThat(ForwardedChain.settle(request, TRUSTED, "10.9.9.9")).isEqualTo(client);
        assertThat(request.get("X-Forwarded-For")).isEqualTo(kept);
    }

    @Test
    void severalLinesAreOneList() {
        HttpHeaders request = forwardedFor("1.1.1.1", "203.0.113.9, 10.0.0.3", "10.0.0.2");

        assertThat(ForwardedChain.settle(request, TRUSTED, "10.9.9.9")).isEqualTo("203.0.113.9");
        assertThat(request.getAll("X-Forwarded-For")).containsExactly("203.0.113.9, 10.0.0.3, 10.0.0.2");
    }

    @Test
    void withoutTheHeaderThePeerIsTheClient() {
        assertThat(ForwardedChain.settle(new DefaultHttpHeaders(), TRUSTED, "10.9.9.9"))
                .isEqualTo("10.9.9.9");
    }

    @Test
    void aListWithoutEndIsReadForAFewHopsOnly() {
        HttpHeaders request = forwardedFor("203.0.113.9" + ", 10.0.0.1".repeat(10_000));

        assertThat(ForwardedChain.settle(request, TRUSTED, "10.9.9.9")).isEqualTo("10.0.0.1");
        assertThat(request.get("X-Forwarded-For")).hasSizeLessThan(1000);
    }
}
