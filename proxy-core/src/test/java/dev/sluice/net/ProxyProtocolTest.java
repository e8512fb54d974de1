package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.exchange.BalancerHealth;
import dev.sluice.fixture.Backend;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import dev.sluice.http.TrustedPeers;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.DeliveryOptions;
import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TargetOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that begin with a PROXY header, from load balancers in front and to targets. */
class ProxyProtocolTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n";
    // The signature of version 2; then version and command, family, length.
    private static final String V2 = "0d0a0d0a000d0a515549540a";

    @SuppressWarnings("NullAway.Init") // every test starts them
    private ProxyFixture proxy;

    @SuppressWarnings("NullAway.Init")
    private Backend target;

    private void start(String announced, ProxyProtocol toTarget) throws Exception {
        proxy = new ProxyFixture(
                new ProxyFixture.Front(null, TrustedPeers.of(List.of(announced)), new BalancerHealth("")));
        target = Backend.named("app");
        TargetOptions options = new TargetOptions(
                ProxyFixture.QUICK.healthCheck(),
                Duration.ofSeconds(30),
                BufferOptions.DEFAULT,
                List.of(),
                List.of(),
                true,
                false,
                new DeliveryOptions(Duration.ZERO, Duration.ZERO, 0, toTarget, ""));
        proxy.deploy("app", ServiceOptions.DEFAULT, options, Duration.ofSeconds(5), target);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        target.close();
    }

    private String clientBehind(byte[] header) throws Exception {
        start("loopback", ProxyProtocol.NONE);
        try (Wire wire = proxy.connect()) {
            // In two parts, the second with the request in it.
            wire.send(Arrays.copyOf(header, 5));
            wire.send(Arrays.copyOfRange(header, 5, header.length));
            wire.send(GET);
            assertThat(ProxyFixture.receive(wire).status()).isEqualTo(200);
        }
        return String.valueOf(target.requests.getFirst().header("X-Forwarded-For"));
    }

    @Test
    void version1NamesTheClient() throws Exception {
        assertThat(clientBehind("PROXY TCP4 203.0.113.9 192.0.2.1 4711 80\r\n".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo("203.0.113.9");
        proxy.awaitLog("\"client_addr\":\"203.0.113.9\",\"client_port\":\"4711\"");
    }

    @Test
    void version1OfAnUnknownClientLeavesTheBalancer() throws Exception {
        assertThat(clientBehind("PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo("127.0.0.1");
    }

    @Test
    void version2NamesTheClientAndItsOtherFieldsArePassedOver() throws Exception {
        // 12 bytes of addresses and ports, then a field of type 0x04 with three bytes.
        assertThat(clientBehind(
                        HexFormat.of().parseHex(V2 + "2111" + "0012" + "cb007109c000020112670050" + "040003616263")))
                .isEqualTo("203.0.113.9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2000" + "0000", "2011" + "000c" + "cb007109c000020112670050", "2100" + "0000"})
    void version2OfTheBalancersOwnLeavesItsAddress(String rest) throws Exception {
        assertThat(clientBehind(HexFormat.of().parseHex(V2 + rest))).isEqualTo("127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                GET,
                "PROXY TCP4 nonsense\r\n",
                "PROXY TCP4 nonsense\r\nPROXY UNKNOWN\r\n" + GET,
                "PROXY TCP4 1.2.3.4 5.6.7.8 70000 80\r\n" + GET
            })
    void aListedPeerWithoutAHeaderIsSentAway(String bytes) throws Exception {
        start("loopback", ProxyProtocol.NONE);
        try (Wire wire = proxy.connect()) {
            wire.send(bytes);
            assertThat(wire.ended()).isTrue();
        }
        proxy.awaitLog("Connection without a valid PROXY header");
        assertThat(target.requests).isEmpty();
    }

    @Test
    void fromAnyoneElseAHeaderIsABadRequest() throws Exception {
        start("192.0.2.0/24", ProxyProtocol.NONE);

        assertThat(proxy.send("PROXY TCP4 203.0.113.9 192.0.2.1 4711 80\r\n" + GET)
                        .status())
                .isEqualTo(400);
        assertThat(target.requests).isEmpty();
    }

    @Test
    void aTargetThatWantsItIsToldOfTheClientOnAConnectionOfItsOwn() throws Exception {
        start("192.0.2.0/24", ProxyProtocol.V1);

        assertThat(proxy.get("/").status()).isEqualTo(200);
        assertThat(proxy.get("/").status()).isEqualTo(200);

        assertThat(target.requests).hasSize(2).allSatisfy(seen -> {
            assertThat(seen.firstLine).startsWith("PROXY TCP4 127.0.0.1 127.0.0.1 ");
            assertThat(seen.fields.getFirst()).isEqualTo("GET / HTTP/1.1");
        });
        assertThat(target.healthChecks).hasPositiveValue();
    }
}
