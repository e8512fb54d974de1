package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class FoldedHeadsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n";

    private Backend app;
    private ProxyFixture proxy;

    @BeforeEach
    void start() throws Exception {
        app = Backend.named("app");
        proxy = new ProxyFixture();
        proxy.deploy("app", app);
    }

    @AfterEach
    void end() throws Exception {
        app.close();
        proxy.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"X: a\r\n b", "X: a\r\n\tb", "X: a\r\n \r\nY: b", "X: a\n b", " X: a"})
    void aFoldedHeadIsRefused(String fields) throws Exception {
        Message answer = proxy.send("GET / HTTP/1.1\r\nHost: app.test\r\n" + fields + "\r\n\r\n");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(app.requests).isEmpty();
    }

    @Test
    void aFoldedHeadIsRefusedHoweverItIsCut() throws Exception {
        try (Wire wire = proxy.connect()) {
            for (String part : List.of("GET / HTTP/1.1\r\nHost: app.test\r\nX: a\r", "\n", " ", "b\r\n\r\n")) {
                wire.send(part);
            }
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(400);
        }
    }

    @Test
    void theAnswersBeforeItAreGiven() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send(GET);
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
            wire.send("GET / HTTP/1.1\r\nHost: app.test\r\nX: a\r\n b\r\n\r\n");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(400);
            assertThat(wire.ended()).isTrue();
        }
    }

    @Test
    void bodiesMayHaveLinesThatBeginWithSpaces() throws Exception {
        String body = "a\r\n b\r\n\tc\r\n\r\n d";
        try (Wire wire = proxy.connect()) {
            String head = "POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: " + body.length() + "\r\n\r\n";
            for (String part : List.of(head, "a\r\n", " b\r\n\tc\r\n\r\n d", "\r\n" + GET)) {
                wire.send(part);
            }
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
        }
        assertThat(app.requests.getFirst().text()).isEqualTo(body);
    }

    @Test
    void aLargeFoldedHeadCostsNothing() throws Exception {
        long begun = System.nanoTime();
        try (Wire wire = proxy.connect()) {
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1\r\n\r\nx"
                    + "GET / HTTP/1.1\r\nHost: app.test\r\nX: a\r\n" + " b\r\n".repeat(60_000) + "\r\n");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
            assertThat(wire.rest()).asString().startsWith("HTTP/1.1 400 ");
        } catch (IOException e) {
            // Refused while it was still being sent.
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(3));
        assertThat(proxy.get("/").status()).isEqualTo(200);
    }
}
