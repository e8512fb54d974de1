package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CookiesTest {

    private static HttpHeaders request(String... lines) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (String line : lines) {
            headers.add("Cookie", line);
        }
        return headers;
    }

    @ParameterizedTest
    @CsvSource({
        "kamal-rollout=x,x",
        "a=b; c=\"d e\"; kamal-rollout=x,x",
        "a=b;kamal-rollout=x;c=d,x",
        "kamal-rollout=x=y,x=y",
        "kamal-rollout=\"x\",x",
        "kamal-rollout=,''",
        "kamal-rollout,''",
        "kamal-rollout ; a=b,''",
        "'a=b;	kamal-rollout =  x ; a=b','  x'",
        "kamal-rollout=1; kamal-rollout=2,1",
        "kamal-rollout=caf\u00e9; kamal-rollout=2,2",
        "xkamal-rollout=1; kamal-rollouts=2; kamal-rollout=3,3"
    })
    void theFirstCookieOfTheNameCounts(String line, String value) {
        assertThat(Cookies.value(request(line), "kamal-rollout")).isEqualTo(value);
    }

    @Test
    void allLinesAreSearched() {
        assertThat(Cookies.value(request("a=b", "c=d; x=1", "x=2"), "x")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ";", "a=b", "kamal=x", "a=kamal-rollout=x", "kamal-rollout=a\"b", "kamal-rollout=a\\b"})
    void withoutSuchACookieThereIsNone(String line) {
        assertThat(Cookies.value(request(line), "kamal-rollout")).isNull();
        assertThat(Cookies.value(request(), "kamal-rollout")).isNull();
    }
}
