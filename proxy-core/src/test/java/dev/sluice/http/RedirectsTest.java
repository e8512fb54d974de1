package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedirectsTest {

    @ParameterizedTest
    @CsvSource({
        "h.test,80,443,https://h.test/p?q",
        "h.test:80,80,443,https://h.test/p?q",
        "h.test,80,8443,https://h.test:8443/p?q",
        "h.test:8080,8080,8443,https://h.test:8443/p?q",
        "H.test.,80,443,https://H.test./p?q",
        "[::1],80,443,https://[::1]/p?q",
        "[::1]:8080,8080,8443,https://[::1]:8443/p?q"
    })
    void plainHttpGoesToHttpsAtThePortWhereItIs(String host, int httpPort, int httpsPort, String location) {
        assertThat(Redirects.location(true, "", false, host, "/p?q", httpPort, httpsPort))
                .isEqualTo(location);
    }

    @ParameterizedTest
    @CsvSource({"h.test", "h.test:80", "h.test:9000"})
    void behindAPortMappingTheInnerPortIsNotTold(String host) {
        assertThat(Redirects.location(true, "", false, host, "/", 8080, 8443)).isEqualTo("https://h.test/");
    }

    @Test
    void httpsAndServicesWithoutRedirectStay() {
        assertThat(Redirects.location(true, "", true, "h.test", "/", 80, 443)).isNull();
        assertThat(Redirects.location(false, "", false, "h.test", "/", 80, 443)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "false,www.h.test,http://h.test/p",
        "false,www.h.test:8080,http://h.test:8080/p",
        "true,www.h.test,https://h.test/p",
        "true,www.h.test:8443,https://h.test:8443/p"
    })
    void anotherHostGoesToTheCanonicalOneAtTheClientsPort(boolean secure, String host, String location) {
        assertThat(Redirects.location(false, "h.test", secure, host, "/p", 8080, 8443))
                .isEqualTo(location);
    }

    @ParameterizedTest
    @CsvSource({"h.test", "h.test:8080", "H.TEST", "h.test."})
    void theCanonicalHostInAnySpellingStays(String host) {
        assertThat(Redirects.location(false, "H.test", false, host, "/", 80, 443))
                .isNull();
    }

    @Test
    void schemeAndHostChangeInOneHop() {
        assertThat(Redirects.location(true, "h.test", false, "www.h.test:8080", "/p?q", 8080, 8443))
                .isEqualTo("https://h.test:8443/p?q");
    }

    @Test
    void aCanonicalHostWithPortOrOfIpv6IsSpelledAsUrlsNeedIt() {
        assertThat(Redirects.location(false, "h.test:81", false, "x.test:80", "/", 80, 443))
                .isEqualTo("http://h.test:81/");
        assertThat(Redirects.location(false, "2001:db8::1", false, "x.test", "/", 80, 443))
                .isEqualTo("http://[2001:db8::1]/");
    }

    @Test
    void theBodyIsAnEscapedLink() {
        assertThat(Redirects.body("https://h.test/?a=\"<b>\"&c='"))
                .isEqualTo("<a href=\"https://h.test/?a=&#34;&lt;b&gt;&#34;&amp;c=&#39;\">Moved Permanently</a>.\n\n");
    }
}
