package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The table finds what a map of the same hosts finds, and nothing else. */
class HostTableTest {
    private final Map<String, HostRoutes> routes = new HashMap<>();

    private void add(String host, String... prefixes) {
        // Of its own, by which the host's matches are told apart.
        Service service = OptionsFor.hosts(host).service(host);
        routes.put(
                host,
                HostRoutes.of(List.of(prefixes).stream()
                        .map(prefix -> new RouteMatch.Matched(service, prefix))
                        .toList()));
    }

    private void assertFoundAsInAMap(String host) {
        HostTable table = new HostTable(routes);
        assertFoundAsInAMap(table, host);
    }

    private void assertFoundAsInAMap(HostTable table, String host) {
        HostRoutes expected = routes.get(host);
        for (String path : List.of("/", "/api", "/api/x", "/apis")) {
            assertThat(table.match(host, path))
                    .as("%s%s", host, path)
                    .isEqualTo(expected == null ? null : expected.match(path));
        }
    }

    @Test
    void anEmptyTableKnowsNobody() {
        assertFoundAsInAMap("");
        assertFoundAsInAMap("app.test");
    }

    @Test
    void hostsWithTheSameHashAreToldApart() {
        assertThat("AaAa.test").hasSameHashCodeAs("BBBB.test").hasSameHashCodeAs("AaBB.test");
        add("AaAa.test", "/");
        add("BBBB.test", "/");
        assertFoundAsInAMap("AaAa.test");
        assertFoundAsInAMap("BBBB.test");
        assertFoundAsInAMap("AaBB.test");
        assertFoundAsInAMap("BBAa.test");
    }

    @Test
    void namesOfEveryLengthAreFound() {
        for (int length = 1; length <= 253; length++) {
            add("a".repeat(length), "/");
        }
        HostTable table = new HostTable(routes);
        for (int length = 0; length <= 254; length++) {
            assertFoundAsInAMap(table, "a".repeat(length));
            assertFoundAsInAMap(table, "b".repeat(length));
        }
    }

    @Test
    void ofManyHostsWithTheSameHashEachIsFound() {
        for (int i = 0; i < 256; i++) {
            add(Integer.toBinaryString(256 + i).replace("0", "Aa").replace("1", "BB"), "/");
        }
        assertThat(routes.keySet().stream().map(String::hashCode).distinct()).hasSize(1);
        HostTable table = new HostTable(routes);
        routes.keySet().forEach(host -> assertFoundAsInAMap(table, host));
    }

    @Test
    void aHostIsNotFoundByAPartOfItsName() {
        add("app.test", "/");
        add("app.test.example", "/");
        for (String host :
                List.of("", "a", "app", "app.test", "app.test.", "app.test.example", "pp.test", "app.testapp")) {
            assertFoundAsInAMap(host);
        }
    }

    @Test
    void hostsGoByThePathWhereSeveralServicesShareThem() {
        add("root.test", "/");
        add("both.test", "/", "/api");
        add("below.test", "/api");
        assertFoundAsInAMap("root.test");
        assertFoundAsInAMap("both.test");
        assertFoundAsInAMap("below.test");
    }

    @Test
    void namesBeyondLatinAreFound() {
        add("例え.test", "/");
        add("plain.test", "/");
        assertFoundAsInAMap("例え.test");
        assertFoundAsInAMap("plain.test");
    }

    @Test
    void asManyAsThereAre() {
        Random random = new Random(1);
        for (int size = 1; size < 600; size += 37) {
            routes.clear();
            for (int i = 0; i < size; i++) {
                add(Integer.toString(random.nextInt(1000), 36), random.nextBoolean() ? "/" : "/api");
            }
            HostTable table = new HostTable(routes);
            for (int i = 0; i < 1000; i++) {
                assertFoundAsInAMap(table, Integer.toString(i, 36));
            }
        }
    }
}
