package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HopByHopTest {

    private static HttpHeaders headers(String... namesAndValues) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    @Test
    void hopByHopHeadersOfARequestAreRemoved() {
        HttpHeaders request = headers(
                "Host", "h.test",
                "Connection", "X-Private, keep-alive",
                "connection", "X-Other",
                "X-Private", "1",
                "x-other", "1",
                "Keep-Alive", "300",
                "Proxy-Connection", "keep-alive",
                "Proxy-Authorization", "Basic x",
                "TE", "gzip",
                "Trailer", "X-Sum",
                "Upgrade", "websocket",
                "HTTP2-Settings", "AAMAAABk",
                "X-Public", "2");
        HopByHop.removeFromRequest(request);
        assertThat(request.names()).containsExactlyInAnyOrder("Host", "X-Public");
    }

    @Test
    void hopByHopHeadersOfAResponseAreRemoved() {
        HttpHeaders response = headers(
                "Connection",
                "X-Private",
                "X-Private",
                "1",
                "Keep-Alive",
                "timeout=5",
                "Proxy-Authenticate",
                "Basic",
                "Transfer-Encoding",
                "chunked",
                "Upgrade",
                "h2c",
                "X-Public",
                "2");
        HopByHop.removeFromResponse(response);
        assertThat(response.names()).containsExactly("X-Public");
    }

    @Test
    void headersWithoutAnyOfThemStayAsTheyAre() {
        HttpHeaders request = headers("Host", "h.test", "Via", "1.1 a", "X-Multi", "1", "X-Multi", "2");
        HttpHeaders before = request.copy();
        HopByHop.removeFromRequest(request);
        assertThat(request).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"trailers", "Trailers", "gzip, trailers", "trailers;q=1, deflate;q=0.5"})
    void onlyTrailersOfTeIsKept(String te) {
        HttpHeaders request = headers("TE", te, "Connection", "TE");
        HopByHop.removeFromRequest(request);
        assertThat(request.getAll("TE")).containsExactly("trailers");
    }

    @Test
    void teOfAResponseIsRemoved() {
        HttpHeaders response = headers("TE", "trailers");
        HopByHop.removeFromResponse(response);
        assertThat(response.isEmpty()).isTrue();
    }

    @Test
    void trailerIsKeptBeforeAChunkedBodyOnly() {
        HttpHeaders chunked = headers("Trailer", "X-Sum", "Transfer-Encoding", "chunked");
        HttpHeaders sized = headers("Trailer", "X-Sum", "Content-Length", "1");
        HopByHop.removeFromResponse(chunked);
        HopByHop.removeFromResponse(sized);
        assertThat(chunked.get("Trailer")).isEqualTo("X-Sum");
        assertThat(sized.names()).containsExactly("Content-Length");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host",
                "Content-Length",
                "content-type",
                "Cookie",
                "Authorization",
                "X-Forwarded-For",
                "x-forwarded-proto",
                "X-Forwarded-Anything",
                "X-Real-IP",
                "X-Request-ID"
            })
    void connectionCannotTakeAwayWhatTheTargetDecidesBy(String name) {
        HttpHeaders request = headers(name, "1", "Connection", "close, " + name);
        HopByHop.removeFromRequest(request);
        assertThat(request.names()).containsExactly(name);
    }

    @Test
    void emptyElementsOfConnectionAreHarmless() {
        HttpHeaders request = headers("Connection", ", ,,X-A ,", "X-A", "1", "X-B", "2");
        HopByHop.removeFromRequest(request);
        assertThat(request.names()).containsExactly("X-B");
    }

    @ParameterizedTest
    @CsvSource({"Upgrade,websocket", "upgrade,WebSocket", "'keep-alive, Upgrade',websocket"})
    void anUpgradeIsSeen(String connection, String protocol) {
        assertThat(HopByHop.upgradeProtocol(headers("Connection", connection, "Upgrade", protocol)))
                .isEqualTo(protocol);
    }

    @ParameterizedTest
    @CsvSource({
        "keep-alive,websocket",
        "upgrades,websocket",
        "Upgrade,h2c",
        "'Upgrade, HTTP2-Settings','websocket, H2C'",
        "Upgrade,''"
    })
    void whatIsNoUpgradeOrToHttp2IsNot(String connection, String protocol) {
        assertThat(HopByHop.upgradeProtocol(headers("Connection", connection, "Upgrade", protocol)))
                .isNull();
    }

    @Test
    void withoutAnUpgradeHeaderThereIsNone() {
        assertThat(HopByHop.upgradeProtocol(headers("Connection", "Upgrade"))).isNull();
        assertThat(HopByHop.upgradeProtocol(headers("Upgrade", "websocket"))).isNull();
    }
}
