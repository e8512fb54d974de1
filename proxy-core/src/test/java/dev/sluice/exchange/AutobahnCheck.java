package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.fixture.EchoServer;
import dev.sluice.fixture.ProxyFixture;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The fuzzing client of the Autobahn test suite against a WebSocket server, directly and through the proxy: a tunnel
 * has to leave every result as it is, good or bad. Takes minutes and runs in the Maven profile {@code autobahn} only;
 * the cases can be chosen with {@code -Dautobahn.cases=1.*,2.*}.
 */
class AutobahnCheck {
    private static final String DIRECT = "direct";
    private static final String PROXIED = "proxied";
    // The suite waits a second for this and that, which is not enough on a busy machine: what differs is asked again.
    private static final int TURNS = 4;

    @Test
    @Timeout(value = 120, unit = TimeUnit.MINUTES)
    void everyResultThroughTheProxyIsTheResultWithoutIt() throws Exception {
        Path directory = Path.of("target", "autobahn").toAbsolutePath();
        Files.createDirectories(directory);
        try (ProxyFixture proxy = new ProxyFixture();
                EchoServer echo = new EchoServer()) {
            proxy.force("app", "127.0.0.1:" + echo.port());
            List<String> cases =
                    List.of(System.getProperty("autobahn.cases", "*").split(","));
            Map<String, String> direct = new TreeMap<>();
            Map<String, String> proxied = new TreeMap<>();
            for (int turn = 0; turn < TURNS && !cases.isEmpty(); turn++) {
                direct.putAll(fuzz(directory, DIRECT, echo.port(), cases));
                proxied.putAll(fuzz(directory, PROXIED, proxy.port, cases));
                cases = direct.keySet().stream()
                        .filter(name -> !Objects.equals(direct.get(name), proxied.get(name)))
                        .toList();
                System.out.println(direct.size() + " cases; directly " + counts(direct) + "; through the proxy "
                        + counts(proxied) + "; differing " + cases);
            }
            assertThat(direct).isNotEmpty();
            assertThat(proxied).isEqualTo(direct);
        }
    }

    private static Map<String, String> fuzz(Path directory, String agent, int port, List<String> cases)
            throws Exception {
        Path reports = directory.resolve(agent);
        Path specification = directory.resolve(agent + ".json");
        new ObjectMapper()
                .writeValue(
                        specification.toFile(),
                        Map.of(
                                "failByDrop", false,
                                // The client gives up as a whole where one handshake takes longer.
                                "options", Map.of("openHandshakeTimeout", 60),
                                "outdir", reports.toString(),
                                "servers", List.of(Map.of("agent", agent, "url", "ws://127.0.0.1:" + port + "/")),
                                "cases", cases,
                                "exclude-cases", List.of(),
                                "exclude-agent-cases", Map.of()));
        Path script = directory.resolve("fuzz.py");
        Files.writeString(script, """
                import sys, json
                sys.path.insert(0, sys.argv[1])
                from autobahntestsuite import wstest
                wstest.start({'mode': 'fuzzingclient'}, json.load(open(sys.argv[2])))
                """);
        Process client = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dpython.cachedir=" + directory.resolve("cache"),
                        "-jar",
                        jar("jython-standalone"),
                        script.toString(),
                        jar("autobahntestsuite-maven-plugin"),
                        specification.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(agent + ".log").toFile())
                .start();
        try {
            assertThat(client.waitFor(50, TimeUnit.MINUTES)).isTrue();
            assertThat(client.exitValue()).isZero();
        } finally {
            client.destroyForcibly();
        }
        return results(directory, agent);
    }

    private static String jar(String name) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.contains(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + name + ": run with -Pautobahn"));
    }

    /** By case: its result, and that of its closing handshake. */
    private static Map<String, String> results(Path directory, String agent) throws Exception {
        JsonNode index = new ObjectMapper()
                .readTree(directory.resolve(agent).resolve("index.json").toFile());
        Map<String, String> results = new TreeMap<>();
        index.get(agent)
                .properties()
                .forEach(entry -> results.put(
                        entry.getKey(),
                        entry.getValue().get("behavior").asText() + " "
                                + entry.getValue().get("behaviorClose").asText()));
        return results;
    }

    private static Map<String, Integer> counts(Map<String, String> results) {
        Map<String, Integer> counts = new TreeMap<>();
        results.values().forEach(result -> counts.merge(result, 1, Integer::sum));
        return counts;
    }
}
