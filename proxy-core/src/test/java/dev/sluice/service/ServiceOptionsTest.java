package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ServiceOptionsTest {
    private static final String ALLOW = "https://example.com/allow-host";
    private static final String NO_HOST = "host must be set when using TLS";

    static Stream<Arguments> contradictions() {
        return Stream.of(
                refused("TLS with no host", hosts().tls(true), NO_HOST),
                refused("TLS with an empty host", hosts("").tls(true), NO_HOST),
                refused(
                        "TLS with an empty host among others",
                        hosts("*.example.com", "").tls(true),
                        NO_HOST),
                refused(
                        "hosts with on-demand TLS",
                        hosts("example.com").tls(true).onDemand(ALLOW),
                        "cannot set hosts when using a TLS on-demand URL"),
                refused(
                        "on-demand URL of another scheme",
                        hosts().tls(true).onDemand("ftp://example.com/allow-host"),
                        "unsupported scheme \"ftp\" in tls-on-demand-url"),
                refused(
                        "on-demand URL without a scheme before the colon",
                        hosts().tls(true).onDemand("://invalid-url"),
                        "unable to parse tls-on-demand-url: parse \"://invalid-url\": missing protocol scheme"),
                refused(
                        "on-demand URL that is a bare word",
                        hosts().tls(true).onDemand("allow-host"),
                        "unable to parse tls-on-demand-url: parse \"allow-host\": invalid URI for request"),
                refused(
                        "on-demand URL without a scheme",
                        hosts().tls(true).onDemand("//example.com/allow-host"),
                        "tls-on-demand-url must be a path or an absolute http(s) URL"),
                refused(
                        "on-demand URL without a host",
                        hosts().tls(true).onDemand("http://"),
                        "missing host in tls-on-demand-url"),
                refused(
                        "on-demand URL with an empty host",
                        hosts().tls(true).onDemand("http:///allow"),
                        "missing host in tls-on-demand-url"),
                refused(
                        "on-demand URL without TLS",
                        hosts().onDemand(ALLOW),
                        "TLS must be enabled to use a TLS on-demand URL"),
                refused(
                        "on-demand TLS with a certificate",
                        hosts().tls(true).onDemand(ALLOW).certificate("c.pem", "k.pem"),
                        "cannot use a custom TLS certificate with a TLS on-demand URL"),
                refused(
                        "on-demand TLS with a key",
                        hosts().tls(true).onDemand(ALLOW).certificate("", "k.pem"),
                        "cannot use a custom TLS certificate with a TLS on-demand URL"),
                refused(
                        "on-demand TLS with a canonical host",
                        hosts().tls(true).onDemand(ALLOW).canonical("example.com"),
                        "cannot set a canonical host when using a TLS on-demand URL"),
                refused(
                        "TLS under a path",
                        hosts("example.com").paths("/api").tls(true),
                        "TLS settings must be specified on the root path service"),
                refused(
                        "on-demand TLS under a path",
                        hosts().paths("/api").tls(true).onDemand(ALLOW),
                        "TLS settings must be specified on the root path service"),
                refused(
                        "canonical host that is not served",
                        hosts("example.com", "www.example.com").canonical("api.example.com"),
                        "canonical-host 'api.example.com' must be present in the hosts list:"
                                + " [example.com www.example.com]"));
    }

    static Stream<Arguments> sense() {
        return Stream.of(
                accepted("TLS with a host", hosts("example.com").tls(true)),
                accepted(
                        "TLS with a wildcard",
                        hosts("example.com", "*.example.com").tls(true)),
                accepted("TLS at the root", hosts("example.com").paths("/").tls(true)),
                accepted(
                        "TLS at the root and elsewhere",
                        hosts("example.com").paths("/api", "").tls(true)),
                accepted("on-demand URL", hosts().tls(true).onDemand(ALLOW)),
                accepted("on-demand path", hosts().tls(true).onDemand("/allow-host")),
                accepted("on-demand TLS with an empty host", hosts("").tls(true).onDemand("/allow-host")),
                accepted(
                        "first host canonical",
                        hosts("example.com", "www.example.com").canonical("example.com")),
                accepted(
                        "other host canonical",
                        hosts("example.com", "www.example.com").canonical("www.example.com")),
                accepted("no canonical host", hosts("example.com")),
                accepted("canonical host of no host", hosts().canonical("example.com")),
                accepted("nothing at all", hosts()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contradictions")
    void refusesInKamalProxysWords(ServiceOptions options, String why) {
        assertThatThrownBy(options::validate)
                .isInstanceOf(InvalidOptions.class)
                .hasMessage("service options invalid: " + why);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sense")
    void accepts(ServiceOptions options) {
        assertThatCode(options::validate).doesNotThrowAnyException();
    }

    @Test
    void theFirstContradictionInOrderIsTheOneThatIsTold() {
        ServiceOptions options = hosts("a").onDemand("ftp://x").canonical("b").make();
        assertThatThrownBy(options::validate).hasMessageContaining("TLS must be enabled");
    }

    @Test
    void hostsAreConfiguredWhenThereAreSomeAndNoneIsEmpty() {
        assertThat(hosts().make().hostsConfigured()).isFalse();
        assertThat(hosts("").make().hostsConfigured()).isFalse();
        assertThat(hosts("*.example.com", "").make().hostsConfigured()).isFalse();
        assertThat(hosts("example.com").make().hostsConfigured()).isTrue();
        assertThat(hosts("*.example.com").make().hostsConfigured()).isTrue();
    }

    @Test
    void pathPrefixesAreBroughtToOneSpelling() {
        ServiceOptions options =
                hosts().paths("/", "", "api", "/app/", "//deep//er//").make().normalised();
        assertThat(options.pathPrefixes()).containsExactly("/", "/", "/api", "/app", "/deep//er");
        assertThat(options.hosts()).containsExactly("");
        assertThat(hosts().make().normalised().pathPrefixes()).containsExactly("/");
        assertThat(options.normalised()).isEqualTo(options);
    }

    private static OptionsFor hosts(String... hosts) {
        return OptionsFor.hosts(hosts);
    }

    private static Arguments refused(String name, OptionsFor options, String why) {
        return Arguments.of(Named.of(name, options.make()), why);
    }

    private static Arguments accepted(String name, OptionsFor options) {
        return Arguments.of(Named.of(name, options.make()));
    }
}
