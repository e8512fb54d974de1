package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTableTest {

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
                hosts("example.com").service("exact"),
                hosts("app.example.com").service("app"),
                hosts("api.example.com").service("api"),
                hosts("*.example.com").service("wild"),
                hosts().service("any"));
        assertThat(match(table, host, "/x")).isEqualTo(name + " /");
    }

    @Test
    void aHostThatNobodyServesMatchesNothing() {
        RouteTable table = table(hosts("example.com").service("exact"));
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
                hosts("example.com").service("root"),
                hosts("example.com").paths("/api").service("api"),
                hosts("example.com").paths("/api/special").service("special"),
                hosts("other.example.com").paths("/api").service("other-api"),
                hosts().paths("/api").service("any-api"),
                hosts().service("any-root"));
        assertThat(match(table, host, path)).isEqualTo(expected);
    }

    @Test
    void aHostWhosePathsDoNotMatchFallsThroughToNobody() {
        RouteTable table = table(
                hosts("app.example.com").paths("/api").service("api"),
                hosts("*.example.com").service("wild"),
                hosts().service("any"));
        assertThat(match(table, "app.example.com", "/other")).isEqualTo("none");
        assertThat(match(table, "app.example.com", "/")).isEqualTo("none");
    }

    @Test
    void oneServiceMayHaveSeveralHostsAndPrefixes() {
        RouteTable table = table(hosts("a.test", "b.test").paths("/one", "/two").service("app"));
        assertThat(match(table, "a.test", "/one/x")).isEqualTo("app /one");
        assertThat(match(table, "b.test", "/two")).isEqualTo("app /two");
        assertThat(match(table, "b.test", "/three")).isEqualTo("none");
    }

    @Test
    void hostsAreComparedWithoutRegardToCase() {
        RouteTable table = table(
                hosts("APP.Example.com").service("app"), hosts("*.EXAMPLE.com").service("wild"));
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
                hosts("example.com").service("root"),
                hosts("example.com").paths("/api").service("api"));
        assertThat(conflict(table, "root", hosts("example.com"))).isNull();
        assertThat(conflict(table, "api", hosts("example.com").paths("/api"))).isNull();
    }

    @Test
    void whatNobodyOwnsIsFree() {
        RouteTable table = table(hosts("example.com").service("root"));
        assertThat(conflict(table, "new", hosts("new.example.com"))).isNull();
        assertThat(conflict(table, "new", hosts())).isNull();
        assertThat(conflict(table, "new", hosts("example.com").paths("/new"))).isNull();
        assertThat(conflict(table, "new", hosts("*.example.com"))).isNull();
        assertThat(conflict(table(hosts().service("any")), "new", hosts("example.com")))
                .isNull();
    }

    @Test
    void theSameHostAndPathConflictsWithItsOwner() {
        RouteTable table = table(
                hosts("example.com").service("root"),
                hosts("example.com", "b.test").paths("/x", "/api").service("api"),
                hosts().service("any"));
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
                hosts("example.com").tls(false).service("root"),
                hosts("example.com").paths("/api").service("api"),
                hosts("plain.test").service("plain"),
                hosts("plain.test").paths("/api").service("plain-api"));
        assertTls(found(table, "api"), true, false);
        assertTls(found(table, "root"), true, false);
        assertTls(found(table, "plain-api"), false, true);
        assertTls(found(table, "plain"), false, true);
    }

    @Test
    void whenTheRootIsGoneAPathServiceHasNoTls() {
        Service api = hosts("example.com").paths("/api").service("api");
        RouteTable with = table(hosts("example.com").tls(false).service("root"), api);
        RouteTable without = table(found(with, "api"));
        assertTls(found(without, "api"), false, true);
    }

    @Test
    void aPathServiceTakesTlsFromAWildcardRootToo() {
        RouteTable table = table(
                hosts("*.example.com").tls(false).service("wild"),
                hosts("a.example.com").paths("/api").service("api"),
                hosts("*.example.com").paths("/api").service("wild-api"));
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
        assertThat(table(hosts("plain.test").service("plain")).defaultTlsHost()).isNull();
        Service onDemand = hosts().tls(true).onDemand("/allow").service("a");
        assertThat(table(onDemand).defaultTlsHost()).isNull();
        Service named = hosts("example.com", "other.test").tls(true).service("b");
        assertThat(table(onDemand, named, hosts("c.test").tls(true).service("c"))
                        .defaultTlsHost())
                .isEqualTo("example.com");
        assertThat(table(named).defaultTlsHost()).isEqualTo("example.com");
    }

    @Test
    void theCertificateForAServerNameIsThatOfTheServiceAtItsRoot() {
        RouteTable table = table(
                hosts("example.com").tls(true).service("root"),
                hosts("example.com").paths("/api").service("api"),
                hosts("plain.test").service("plain"),
                hosts("path.test").paths("/x").service("path-only"));
        Service owner = table.tlsService("example.com");
        assertThat(owner).isNotNull().extracting(Service::name).isEqualTo("root");
        assertThat(table.tlsService("plain.test")).isNull();
        assertThat(table.tlsService("path.test")).isNull();
        assertThat(table.tlsService("unknown.test")).isNull();
    }

    @Test
    void servicesAreListedByName() {
        assertThat(table(hosts("b.test").service("b"), hosts("a.test").service("a"))
                        .services())
                .extracting(Service::name)
                .containsExactly("a", "b");
    }
}
