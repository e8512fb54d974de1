package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.http.ErrorPages;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTableTest {

    private static Service service(String name, OptionsFor options) {
        try {
            return new Service(
                    name,
                    options.make().normalised(),
                    TargetOptions.DEFAULT,
                    LoadBalancer.create(List.of("app"), List.of(), TargetOptions.DEFAULT, new ScriptedProbe()),
                    null,
                    null,
                    new PauseGate(),
                    ErrorPages.BUILT_IN,
                    null,
                    null,
                    null);
        } catch (ControlFailure e) {
            throw new IllegalStateException(e);
        }
    }

    private static RouteTable table(Service... services) {
        return RouteTable.of(List.of(services));
    }

    private static OptionsFor hosts(String... hosts) {
        return OptionsFor.hosts(hosts);
    }

    private static String match(RouteTable table, String host, String path) {
        return table.match(host, path) instanceof RouteMatch.Matched(Service service, String prefix)
                ? service.name() + " " + prefix
                : "none";
    }

    private static Service found(RouteTable table, String name) {
        return Objects.requireNonNull(table.find(name));
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, exact",
        "app.example.com, app",
        "api.example.com, api",
        "anything.example.com, wild",
        "extra.level.example.com, any",
        "other.com, any",
        ".example.com, any",
        "'', any",
        "com, any",
        "::1, any"
    })
    void theExactHostComesFirstThenTheWildcardOfOneLabelThenTheServiceWithoutHost(String host, String name) {
        RouteTable table = table(
                service("exact", hosts("example.com")),
                service("app", hosts("app.example.com")),
                service("api", hosts("api.example.com")),
                service("wild", hosts("*.example.com")),
                service("any", hosts()));
        assertThat(match(table, host, "/x")).isEqualTo(name + " /");
    }

    @Test
    void aHostThatNobodyServesMatchesNothing() {
        RouteTable table = table(service("exact", hosts("example.com")));
        assertThat(match(table, "app.example.com", "/")).isEqualTo("none");
        assertThat(match(RouteTable.EMPTY, "app.example.com", "/")).isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, /, root /",
        "example.com, /random, root /",
        "example.com, /apiary, root /",
        "example.com, /api, api /api",
        "example.com, /api/, api /api",
        "example.com, /api/other, api /api",
        "example.com, /api/special, special /api/special",
        "example.com, /api/special/x, special /api/special",
        "example.com, /api/specialist, api /api",
        "example.com, //api, root /",
        "other.example.com, /api/test, other-api /api",
        "unknown.test, /api/test, any-api /api",
        "unknown.test, /non-api/test, any-root /"
    })
    void theLongestPrefixOnASegmentBoundaryWins(String host, String path, String expected) {
        RouteTable table = table(
                service("root", hosts("example.com")),
                service("api", hosts("example.com").paths("/api")),
                service("special", hosts("example.com").paths("/api/special")),
                service("other-api", hosts("other.example.com").paths("/api")),
                service("any-api", hosts().paths("/api")),
                service("any-root", hosts()));
        assertThat(match(table, host, path)).isEqualTo(expected);
    }

    @Test
    void aHostWhosePathsDoNotMatchFallsThroughToNobody() {
        RouteTable table = table(
                service("api", hosts("app.example.com").paths("/api")),
                service("wild", hosts("*.example.com")),
                service("any", hosts()));
        assertThat(match(table, "app.example.com", "/other")).isEqualTo("none");
        assertThat(match(table, "app.example.com", "/")).isEqualTo("none");
    }

    @Test
    void oneServiceMayHaveSeveralHostsAndPrefixes() {
        RouteTable table = table(service("app", hosts("a.test", "b.test").paths("/one", "/two")));
        assertThat(match(table, "a.test", "/one/x")).isEqualTo("app /one");
        assertThat(match(table, "b.test", "/two")).isEqualTo("app /two");
        assertThat(match(table, "b.test", "/three")).isEqualTo("none");
    }

    @Test
    void hostsAreComparedWithoutRegardToCase() {
        RouteTable table = table(service("app", hosts("APP.Example.com")), service("wild", hosts("*.EXAMPLE.com")));
        assertThat(match(table, "app.example.com", "/")).isEqualTo("app /");
        assertThat(match(table, "x.example.com", "/")).isEqualTo("wild /");
    }

    // -- conflicts

    private static @Nullable String conflict(RouteTable table, String name, OptionsFor options) {
        Service owner = table.conflict(name, options.make().normalised());
        return owner == null ? null : owner.name();
    }

    @Test
    void aServiceMayClaimItsOwnHostsAndPathsAgain() {
        RouteTable table = table(
                service("root", hosts("example.com")),
                service("api", hosts("example.com").paths("/api")));
        assertThat(conflict(table, "root", hosts("example.com"))).isNull();
        assertThat(conflict(table, "api", hosts("example.com").paths("/api"))).isNull();
    }

    @Test
    void whatNobodyOwnsIsFree() {
        RouteTable table = table(service("root", hosts("example.com")));
        assertThat(conflict(table, "new", hosts("new.example.com"))).isNull();
        assertThat(conflict(table, "new", hosts())).isNull();
        assertThat(conflict(table, "new", hosts("example.com").paths("/new"))).isNull();
        assertThat(conflict(table, "new", hosts("*.example.com"))).isNull();
        assertThat(conflict(table(service("any", hosts())), "new", hosts("example.com")))
                .isNull();
    }

    @Test
    void theSameHostAndPathConflictsWithItsOwner() {
        RouteTable table = table(
                service("root", hosts("example.com")),
                service("api", hosts("example.com", "b.test").paths("/x", "/api")),
                service("any", hosts()));
        assertThat(conflict(table, "new", hosts("example.com"))).isEqualTo("root");
        assertThat(conflict(table, "new", hosts("Example.COM"))).isEqualTo("root");
        assertThat(conflict(table, "new", hosts("b.test").paths("api/"))).isEqualTo("api");
        assertThat(conflict(table, "new", hosts("c.test", "b.test").paths("/y", "/x")))
                .isEqualTo("api");
        assertThat(conflict(table, "new", hosts())).isEqualTo("any");
    }

    // -- TLS

    @Test
    void aPathServiceTakesTlsFromTheRootOfItsHostAndRootsKeepTheirs() {
        RouteTable table = table(
                service("root", hosts("example.com").tls(false)),
                service("api", hosts("example.com").paths("/api")),
                service("plain", hosts("plain.test")),
                service("plain-api", hosts("plain.test").paths("/api")));
        assertTls(found(table, "api"), true, false);
        assertTls(found(table, "root"), true, false);
        assertTls(found(table, "plain-api"), false, true);
        assertTls(found(table, "plain"), false, true);
    }

    @Test
    void whenTheRootIsGoneAPathServiceHasNoTls() {
        Service api = service("api", hosts("example.com").paths("/api"));
        RouteTable with = table(service("root", hosts("example.com").tls(false)), api);
        RouteTable without = table(found(with, "api"));
        assertTls(found(without, "api"), false, true);
    }

    @Test
    void aPathServiceTakesTlsFromAWildcardRootToo() {
        RouteTable table = table(
                service("wild", hosts("*.example.com").tls(false)),
                service("api", hosts("a.example.com").paths("/api")),
                service("wild-api", hosts("*.example.com").paths("/api")));
        assertTls(found(table, "api"), true, false);
        assertTls(found(table, "wild-api"), true, false);
    }

    private static void assertTls(Service service, boolean enabled, boolean redirect) {
        assertThat(service.options().tls().enabled())
                .as("TLS of " + service.name())
                .isEqualTo(enabled);
        assertThat(service.options().tls().redirect())
                .as("redirect of " + service.name())
                .isEqualTo(redirect);
    }

    @Test
    void clientsThatNameNoServerGetTheFirstTlsHost() {
        assertThat(table(service("plain", hosts("plain.test"))).defaultTlsHost())
                .isNull();
        Service onDemand = service("a", hosts().tls(true).onDemand("/allow"));
        assertThat(table(onDemand).defaultTlsHost()).isNull();
        Service named = service("b", hosts("example.com", "other.test").tls(true));
        assertThat(table(onDemand, named, service("c", hosts("c.test").tls(true)))
                        .defaultTlsHost())
                .isEqualTo("example.com");
        assertThat(table(named).defaultTlsHost()).isEqualTo("example.com");
    }

    @Test
    void theCertificateForAServerNameIsThatOfTheServiceAtItsRoot() {
        RouteTable table = table(
                service("root", hosts("example.com").tls(true)),
                service("api", hosts("example.com").paths("/api")),
                service("plain", hosts("plain.test")),
                service("path-only", hosts("path.test").paths("/x")));
        Service owner = table.tlsService("example.com");
        assertThat(owner).isNotNull().extracting(Service::name).isEqualTo("root");
        assertThat(table.tlsService("plain.test")).isNull();
        assertThat(table.tlsService("path.test")).isNull();
        assertThat(table.tlsService("unknown.test")).isNull();
    }

    @Test
    void servicesAreListedByName() {
        assertThat(table(service("b", hosts("b.test")), service("a", hosts("a.test")))
                        .services())
                .extracting(Service::name)
                .containsExactly("a", "b");
    }
}
