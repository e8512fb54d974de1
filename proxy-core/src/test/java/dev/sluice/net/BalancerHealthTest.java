package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.exchange.BalancerHealth;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.DeliveryOptions;
import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TargetOptions;
import dev.sluice.service.TlsOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What load balancers in front are told, and how large a body a service takes. */
class BalancerHealthTest {
    private final BalancerHealth health = new BalancerHealth("/balancer");
    private ProxyFixture proxy;
    private Backend target;

    @BeforeEach
    void start() throws Exception {
        proxy = new ProxyFixture(new ProxyFixture.Front(null, null, health));
        target = Backend.named("app");
        TargetOptions options = new TargetOptions(
                ProxyFixture.QUICK.healthCheck(),
                Duration.ofSeconds(30),
                BufferOptions.DEFAULT,
                List.of(),
                List.of(),
                true,
                false,
                new DeliveryOptions(Duration.ZERO, Duration.ZERO, 10, ProxyProtocol.NONE, "/web-balancer"));
        ServiceOptions web = new ServiceOptions(
                List.of("app.test"), List.of(), true, TlsOptions.OFF, "", "", Duration.ZERO, false, List.of(), "");
        proxy.deploy("web", web, options, Duration.ofSeconds(5), target);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        target.close();
    }

    private int ask(String path, String host) throws Exception {
        Message answer = proxy.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        return answer.status();
    }

    @Test
    void theProxySaysThatItServesUntilItIsAboutToEnd() throws Exception {
        assertThat(ask("/balancer", "anything.test")).isEqualTo(200);
        try (Wire wire = proxy.connect()) {
            wire.send("HEAD /balancer?x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            assertThat(ProxyFixture.receiveHead(wire).status()).isEqualTo(200);
        }
        health.end();
        assertThat(ask("/balancer", "app.test")).isEqualTo(503);
        assertThat(ask("/web-balancer", "app.test")).isEqualTo(503);
        assertThat(proxy.get("/").status()).isEqualTo(200);
        assertThat(proxy.post("/balancer", "x").text()).isEqualTo("app");
        proxy.awaitLog("\"path\":\"/balancer\",");
        assertThat(proxy.log().lines().filter(line -> line.contains("/balancer\"")))
                .as("only the request that is not a load balancer's")
                .hasSize(1);
    }

    @Test
    void aServiceSaysWhetherItsRequestsAreAnswered() throws Exception {
        assertThat(ask("/web-balancer", "app.test")).isEqualTo(200);
        assertThat(ask("/web-balancer", "10.0.0.1")).isEqualTo(200);
        proxy.pauses.stop("web", Duration.ofSeconds(1), "");
        assertThat(ask("/web-balancer", "app.test")).isEqualTo(503);
        proxy.pauses.resume("web");
        assertThat(ask("/web-balancer", "app.test")).isEqualTo(200);
        assertThat(target.requests).isEmpty();
    }

    @Test
    void aBodyOverTheServicesLimitIsRefusedBeforeTheTargetIsAsked() throws Exception {
        assertThat(proxy.post("/", "0123456789").status()).isEqualTo(200);
        assertThat(proxy.post("/", "0123456789+").status()).isEqualTo(413);
        assertThat(target.requests).hasSize(1);
    }

    @Test
    void aStreamedBodyIsCutAtTheServicesLimit() throws Exception {
        try (Wire wire = proxy.connect()) {
            wire.send("POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n");
            wire.send("8\r\n01234567\r\n0\r\n\r\n");
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(413);
        }
        assertThat(target.requests).isEmpty();
    }
}
