package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CookieScopeTest {

    private static List<String> scoped(String prefix, String host, String... cookies) {
        HttpHeaders response = new DefaultHttpHeaders();
        for (String cookie : cookies) {
            response.add("Set-Cookie", cookie);
        }
        CookieScope.apply(response, prefix, host);
        return response.getAll("Set-Cookie");
    }

    @ParameterizedTest
    @CsvSource({
        "a=b; Path=/something,a=b; Path=/api/something",
        "a=b; Path=/,a=b; Path=/api",
        "a=b; path=,a=b; path=/api",
        "a=b; Path,a=b; Path; Path=/api",
        "a=b,a=b; Path=/api",
        "a=b; Path=x,a=b; Path=/api/x",
        "a=b; Path=/x/,a=b; Path=/api/x/",
        "a=b;PATH=/x;HttpOnly,a=b;PATH=/api/x;HttpOnly",
        "a=b; Path=/x; Path=/y,a=b; Path=/x; Path=/api/y",
        "a=b; Path=/x; HttpOnly; Secure; Max-Age=5; Partitioned; Priority=High,"
                + "a=b; Path=/api/x; HttpOnly; Secure; Max-Age=5; Partitioned; Priority=High",
        "a=b; Path=/o; Domain=example.com,a=b; Path=/api/o; Domain=example.com",
        "a=b; Domain=; Path=/o,a=b; Domain=; Path=/api/o",
        "a=path=/x,a=path=/x; Path=/api",
        "a=; Path=/x,a=; Path=/api/x"
    })
    void thePrefixGoesInFrontOfThePath(String given, String wanted) {
        assertThat(scoped("/api", "example.com", given)).containsExactly(wanted);
    }

    @ParameterizedTest
    @CsvSource({
        "/caf\u00e9,/caf%C3%A9/x",
        "/a b,/a%20b/x",
        "/a;b,/a%3Bb/x",
        "/100%,/100%25/x",
        "'/a\u0001',/a%01/x",
        "/a@b:c~d(e)!,/a@b:c~d(e)!/x"
    })
    void thePrefixIsWrittenAsBrowsersSendIt(String prefix, String path) {
        assertThat(scoped(prefix, "example.com", "a=b; Path=/x")).containsExactly("a=b; Path=" + path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=b; Path=/x; Domain=other.example",
                "a=b; Path=/x; Domain=com",
                "a=b; Path=/x; Domain=.example.com",
                "a=b; Path=/x; Domain=www.example.com",
                "novalue; Path=/x",
                "=b; Path=/x",
                ""
            })
    void foreignAndUnreadableCookiesStayAsTheyAre(String cookie) {
        assertThat(scoped("/api", "example.com", cookie)).containsExactly(cookie);
    }

    @Test
    void eachOfSeveralIsHandledByItselfInOrder() {
        assertThat(scoped("/app", "example.com:8080", "a=1; Path=/", "b=2; Path=/; Domain=x.test", "c=3; Path=/foo"))
                .containsExactly("a=1; Path=/app", "b=2; Path=/; Domain=x.test", "c=3; Path=/app/foo");
    }

    @Test
    void theRootChangesNothing() {
        assertThat(scoped("/", "example.com", "a=b; Path=/x")).containsExactly("a=b; Path=/x");
    }
}
