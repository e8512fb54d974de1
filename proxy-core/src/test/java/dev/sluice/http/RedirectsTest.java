package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedirectsTest {

    private static ServiceOptions options(boolean tls, boolean redirect, String canonicalHost) {
        TlsOptions tlsOptions = new TlsOptions(tls, redirect, "", "", "", "", "");
        return new ServiceOptions(
                List.of(), List.of(), true, tlsOptions, canonicalHost, "", Duration.ZERO, false, List.of(), "");
    }

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
        assertThat(Redirects.location(options(true, true, ""), false, host, "/p?q", httpPort, httpsPort))
                .isEqualTo(location);
    }

    @ParameterizedTest
    @CsvSource({"h.test", "h.test:80", "h.test:9000"})
    void behindAPortMappingTheInnerPortIsNotTold(String host) {
        assertThat(Redirects.location(options(true, true, ""), false, host, "/", 8080, 8443))
                .isEqualTo("https://h.test/");
    }

    @Test
    void httpsAndServicesWithoutTlsOrRedirectStay() {
        assertThat(Redirects.location(options(true, true, ""), true, "h.test", "/", 80, 443))
                .isNull();
        assertThat(Redirects.location(options(true, false, ""), false, "h.test", "/", 80, 443))
                .isNull();
        assertThat(Redirects.location(options(false, true, ""), false, "h.test", "/", 80, 443))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "false,www.h.test,http://h.test/p",
        "false,www.h.test:8080,http://h.test:8080/p",
        "true,www.h.test,https://h.test/p",
        "true,www.h.test:8443,https://h.test:8443/p"
    })
    void anotherHostGoesToTheCanonicalOneAtTheClientsPort(boolean secure, String host, String location) {
        assertThat(Redirects.location(options(false, true, "h.test"), secure, host, "/p", 8080, 8443))
                .isEqualTo(location);
    }

    @ParameterizedTest
    @CsvSource({"h.test", "h.test:8080", "H.TEST", "h.test."})
    void theCanonicalHostInAnySpellingStays(String host) {
        assertThat(Redirects.location(options(false, true, "H.test"), false, host, "/", 80, 443))
                .isNull();
    }

    @Test
    void schemeAndHostChangeInOneHop() {
        assertThat(Redirects.location(options(true, true, "h.test"), false, "www.h.test:8080", "/p?q", 8080, 8443))
                .isEqualTo("https://h.test:8443/p?q");
    }

    @Test
    void aCanonicalHostWithPortOrOfIpv6IsSpelledAsUrlsNeedIt() {
        assertThat(Redirects.location(options(false, true, "h.test:81"), false, "x.test:80", "/", 80, 443))
                .isEqualTo("http://h.test:81/");
        assertThat(Redirects.location(options(false, true, "2001:db8::1"), false, "x.test", "/", 80, 443))
                .isEqualTo("http://[2001:db8::1]/");
    }

    @Test
    void theBodyIsAnEscapedLink() {
        assertThat(Redirects.body("https://h.test/?a=\"<b>\"&c='"))
                .isEqualTo("<a href=\"https://h.test/?a=&#34;&lt;b&gt;&#34;&amp;c=&#39;\">Moved Permanently</a>.\n\n");
    }
}
