package dev.sluice.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.http.CookieScope;
import dev.sluice.http.Cookies;
import dev.sluice.http.ForwardedHeaders;
import dev.sluice.http.HopByHop;
import dev.sluice.http.Lookalikes;
import dev.sluice.http.Trailers;
import dev.sluice.http.WriterAffinity;
import dev.sluice.service.Rollout;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values of the fields that the proxy itself reads or writes anew: cookies, forwarding, what Connection names. */
class FieldFuzz {
    private static final Rollout ROLLOUT = new Rollout(50, List.of("allowed"));
    private static final String PEER = "192.0.2.1";

    @FuzzTest(maxDuration = "5s")
    @DictionaryEntries({
        "kamal-rollout=",
        "kamal-writer=",
        "; Path=/",
        "; Domain=app.test",
        "Set-Cookie",
        "Cookie",
        "Connection",
        "X-Forwarded-For",
        "X_Forwarded_For",
        "Forwarded",
        "Upgrade",
        "h2c",
        "close, x",
        "\"",
        ", ",
        "%2c"
    })
    void fieldsAreReadWithoutFaultAndWrittenWhole(FuzzedDataProvider data) {
        HttpHeaders headers = new DefaultHttpHeaders();
        String prefix = "/" + latin1(data, 8);
        while (data.remainingBytes() > 0) {
            add(headers, data);
        }
        int fields = headers.size();

        @Nullable String cookie = Cookies.value(headers, Rollout.COOKIE);
        ROLLOUT.includes(cookie);
        if (cookie != null) {
            assertThat(cookie.chars()).allMatch(c -> c >= ' ' && c < 0x7f && c != '"' && c != '\\');
        }
        WriterAffinity.active(headers, 1_000_000);

        List<String> before = headers.getAll("Set-Cookie");
        CookieScope.apply(headers, prefix, "app.test:80");
        List<String> after = headers.getAll("Set-Cookie");
        assertThat(after).hasSameSizeAs(before);
        for (int i = 0; i < after.size(); i++) {
            assertThat(after.get(i).length())
                    .isGreaterThanOrEqualTo(before.get(i).length() - 1);
        }

        HopByHop.removeFromRequest(headers);
        Lookalikes.remove(headers, "");
        ForwardedHeaders.apply(headers, data.remainingBytes() % 2 == 0, PEER, true, "app.test");
        assertThat(headers.size()).isLessThanOrEqualTo(fields + 3);
        assertThat(headers.getAll("X-Forwarded-For")).singleElement().asString().endsWith(PEER);
        assertThat(headers.getAll("X-Forwarded-Proto")).hasSize(1);
        assertThat(headers.getAll("X-Forwarded-Host")).hasSize(1);
        assertThat(headers.names()).noneMatch(name -> name.replace('_', '-').equalsIgnoreCase("Forwarded"));
        assertThat(headers.contains("Connection")).isFalse();
        assertThat(headers.contains("Transfer-Encoding")).isFalse();
        Trailers.removeForbidden(headers);
        assertThat(headers.names()).noneMatch(name -> name.regionMatches(true, 0, "X-Forwarded-", 0, 12));
    }

    private static void add(HttpHeaders headers, FuzzedDataProvider data) {
        String name = latin1(data, 24);
        String value = latin1(data, 64);
        try {
            headers.add(name, value);
        } catch (IllegalArgumentException _) {
            // No field: the decoder refuses it in the same way.
        }
    }

    private static String latin1(FuzzedDataProvider data, int most) {
        return new String(data.consumeBytes(data.consumeInt(0, most)), StandardCharsets.ISO_8859_1);
    }
}
