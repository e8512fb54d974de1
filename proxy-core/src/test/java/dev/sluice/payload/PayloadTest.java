package dev.sluice.payload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that are malformed, or that two parties could understand in two ways. What is refused reaches no target, ends
 * its connection, and nothing behind it is taken for a request; what is accepted reaches the target as it was
 * understood here, and the request behind it is the next.
 */
@Timeout(60)
class PayloadTest {
    private static final int SMALL = 5000;

    private static ProxyFixture proxy;
    private static Backend target;

    @BeforeAll
    static void begin() throws Exception {
        proxy = new ProxyFixture();
        target = new Backend("target", Outcome::tell);
        proxy.deploy("app", target);
    }

    @AfterAll
    static void end() throws Exception {
        target.close();
        proxy.close();
    }

    @BeforeEach
    void forget() {
        target.requests.clear();
    }

    static List<Payload> payloads() throws IOException {
        return Payloads.all();
    }

    static List<Payload> smallPayloads() throws IOException {
        return Payloads.all().stream()
                .filter(row -> row.bytes().length() < SMALL)
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("payloads")
    void comesOutAsTheTableSays(Payload row) throws Exception {
        check(row, Outcome.of(proxy.port, row.bytes(), Integer.MAX_VALUE / 2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("smallPayloads")
    void comesOutTheSameInSmallPieces(Payload row) throws Exception {
        check(row, Outcome.of(proxy.port, row.bytes(), 3));
    }

    private static void check(Payload row, List<String> outcome) {
        List<String> expected = Outcome.expected(row.outcome());
        assertThat(outcome).isEqualTo(expected);
        assertThat(target.requests)
                .as("requests that the target took for complete")
                .extracting(Outcome::seen)
                .isEqualTo(expected.stream()
                        .filter(step -> step.contains(" ") && !step.startsWith("own "))
                        .toList());
        if (!row.seen().isEmpty() || !row.unseen().isEmpty()) {
            Message first = target.requests.getFirst();
            String everything = String.join("\n", first.fields) + "\n" + first.trailers;
            for (String field : row.seen()) {
                assertThat(everything.lines()).anyMatch(field::equalsIgnoreCase);
            }
            for (String name : row.unseen()) {
                assertThat(everything.lines().map(line -> line.split(":")[0])).noneMatch(name::equalsIgnoreCase);
            }
        }
    }
}
