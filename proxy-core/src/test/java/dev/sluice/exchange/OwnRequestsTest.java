package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwnRequestsTest {
    private ProxyFixture proxy;
    private Backend backend;
    private Backend other;

    @BeforeEach
    void deploy() throws Exception {
        proxy = new ProxyFixture();
        backend = new Backend("app", (request, wire) -> {
            if (!request.target().startsWith("/silent")) {
                wire.send("HTTP/1.1 403 No\r\nContent-Length: 1000\r\n\r\n" + "x".repeat(1000));
            }
        });
        other = Backend.named("other");
        TlsOptions tls = new TlsOptions(true, true, "", "", "/allow", "", "");
        proxy.deploy("web", ServiceOptions.DEFAULT.withTls(tls), ProxyFixture.QUICK, Duration.ofSeconds(1), backend);
        ServiceOptions path = new ServiceOptions(
                List.of(), List.of("/allow"), true, TlsOptions.OFF, "", "", Duration.ZERO, false, List.of(), "");
        proxy.deploy("path", path, ProxyFixture.QUICK, Duration.ofSeconds(1), other);
    }

    @AfterEach
    void close() throws Exception {
        proxy.close();
        backend.close();
        other.close();
    }

    private OwnRequests.Answer ask(String uri, Duration timeout) throws Exception {
        return proxy.ownRequests
                .get("new.test", uri, timeout)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void theServiceAtTheRootIsAskedWithoutRedirectIdAndLog() throws Exception {
        OwnRequests.Answer answer = ask("/allow?host=new.test", Duration.ofSeconds(5));
        assertThat(answer).isEqualTo(new OwnRequests.Answer(403, "x".repeat(256)));
        Message request = backend.requests.getFirst();
        assertThat(request.target()).isEqualTo("/allow?host=new.test");
        assertThat(request.header("Host")).isEqualTo("new.test");
        assertThat(request.header("X-Forwarded-Proto")).isEqualTo("http");
        assertThat(request.header("X-Request-ID")).isNull();
        assertThat(request.header("X-Forwarded-For")).isNull();
        proxy.get("/logged");
        await().until(() -> proxy.log().contains("/logged"));
        assertThat(proxy.log()).doesNotContain("new.test");
    }

    @Test
    void aPausedOrStoppedServiceAnswersAtOnce() throws Exception {
        proxy.pauses.pause("web", Duration.ofSeconds(1), Duration.ofSeconds(30));
        assertThat(ask("/allow", Duration.ofSeconds(5)).status()).isEqualTo(503);
        proxy.pauses.stop("web", Duration.ofSeconds(1), "closed");
        assertThat(ask("/up", Duration.ofSeconds(5)).status()).isEqualTo(503);
        assertThat(backend.requests).isEmpty();
    }

    @Test
    void aTargetThatIsSilentIsGivenUpInTime() throws Exception {
        assertThatThrownBy(() -> ask("/silent", Duration.ofMillis(200))).hasMessageContaining("no answer");
        assertThat(proxy.workers.drain(Duration.ofSeconds(5)))
                .as("nothing is left under way")
                .isTrue();
    }

    @Test
    void whatIsNoPathIsRefused() {
        assertThatThrownBy(() -> ask("allow", Duration.ofSeconds(5))).hasMessageContaining("not a path");
    }

    @Test
    void aTargetThatBreaksOffIsAnError() throws Exception {
        backend.close();
        assertThat(ask("/allow", Duration.ofSeconds(5)).status()).isIn(502, 503);
    }
}
