package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.exchange.BalancerHealth;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.http.TrustedPeers;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whose word on the client is believed when proxies in front are known, here by their being on this machine or not. */
class TrustedProxyTest {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: app.test\r\n"
            + "X-Forwarded-For: 6.6.6.6, 203.0.113.9:4711\r\nX-Forwarded-For: 10.1.2.3\r\n"
            + "X-Forwarded-Proto: https\r\nX-Forwarded-Host: outside.test\r\nX-Forwarded-Port: 443\r\n"
            + "X-Real-IP: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nX_Mine: kept\r\n\r\n";

    @SuppressWarnings("NullAway.Init") // every test starts them
    private ProxyFixture proxy;

    @SuppressWarnings("NullAway.Init")
    private Backend target;

    private Message seenBehind(String @Nullable ... trusted) throws Exception {
        TrustedPeers peers = trusted == null ? null : TrustedPeers.of(List.of(trusted));
        proxy = new ProxyFixture(new ProxyFixture.Front(peers, null, new BalancerHealth("")));
        target = Backend.named("app");
        proxy.deploy("app", target);
        assertThat(proxy.send(REQUEST).status()).isEqualTo(200);
        return target.requests.getFirst();
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        target.close();
    }

    @Test
    void aTrustedProxysHeadersLeadToTheClient() throws Exception {
        Message seen = seenBehind("loopback", "private");

        assertThat(seen.headers("X-Forwarded-For")).containsExactly("203.0.113.9, 10.1.2.3, 127.0.0.1");
        assertThat(seen.headers("X-Forwarded-Proto")).containsExactly("https");
        assertThat(seen.headers("X-Forwarded-Host")).containsExactly("outside.test");
        assertThat(seen.headers("X-Forwarded-Port")).containsExactly("443");
        assertThat(seen.headers("X-Real-IP")).containsExactly("203.0.113.9");
        proxy.awaitLog("\"remote_addr\":\"203.0.113.9\"");
        assertThat(proxy.log()).contains("\"client_addr\":\"127.0.0.1\"").contains("\"scheme\":\"https\"");
    }

    @Test
    void theWordOfAnyoneElseIsDropped() throws Exception {
        Message seen = seenBehind("private");

        assertThat(seen.headers("X-Forwarded-For")).containsExactly("127.0.0.1");
        assertThat(seen.headers("X-Forwarded-Proto")).containsExactly("http");
        assertThat(seen.headers("X-Forwarded-Host")).containsExactly("app.test");
        assertThat(seen.headers("X-Forwarded-Port")).isEmpty();
        assertThat(seen.headers("X-Real-IP")).containsExactly("127.0.0.1");
        proxy.awaitLog("\"remote_addr\":\"127.0.0.1\"");
    }

    @Test
    void whereNoProxiesAreKnownTheServiceDecidesAndTheRestPasses() throws Exception {
        Message seen = seenBehind((String[]) null);

        assertThat(seen.headers("X-Forwarded-For")).containsExactly("6.6.6.6, 203.0.113.9:4711, 10.1.2.3, 127.0.0.1");
        assertThat(seen.headers("X-Real-IP")).containsExactly("6.6.6.6");
        assertThat(seen.headers("X-Forwarded-Port")).containsExactly("443");
        assertThat(seen.headers("X_Forwarded_For")).isEmpty();
        assertThat(seen.headers("X_Mine")).containsExactly("kept");
    }

    @Test
    void whatOnlyLooksLikeTheServicesHeaderForTheClientIsDropped() throws Exception {
        proxy = new ProxyFixture();
        target = Backend.named("app");
        ServiceOptions options = new ServiceOptions(
                List.of(), List.of(), true, TlsOptions.OFF, "", "", Duration.ZERO, false, List.of(), "True-Client-IP");
        proxy.deploy("app", options, ProxyFixture.QUICK, Duration.ofSeconds(5), target);
        assertThat(proxy.send("GET / HTTP/1.1\r\nHost: app.test\r\nTrue_Client_IP: 6.6.6.6\r\n"
                                + "True-Client-IP: 203.0.113.7\r\ntrue.client-ip: 6.6.6.6\r\n\r\n")
                        .status())
                .isEqualTo(200);

        assertThat(target.requests.getFirst().fields)
                .contains("True-Client-IP: 203.0.113.7")
                .noneMatch(field -> field.contains("6.6.6.6"));
        proxy.awaitLog("\"remote_addr\":\"203.0.113.7\"");
    }
}
