package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;

class ForwardedHeadersTest {
    private final HttpHeaders request = new DefaultHttpHeaders();

    private void clientValues() {
        request.add("X-Forwarded-For", "10.10.10.10")
                .add("X-Forwarded-Proto", "https")
                .add("X-Forwarded-Host", "untrusted.example.com");
    }

    private void expect(String address, String proto, String host) {
        assertThat(request.getAll("X-Forwarded-For")).containsExactly(address);
        assertThat(request.getAll("X-Forwarded-Proto")).containsExactly(proto);
        assertThat(request.getAll("X-Forwarded-Host")).containsExactly(host);
    }

    @Test
    void theyTellOfTheConnectionWhenTheClientSendsNone() {
        ForwardedHeaders.apply(request, true, "127.0.0.1", false, "h.test:80");
        expect("127.0.0.1", "http", "h.test:80");
    }

    @Test
    void trustedClientValuesAreKeptAndThePeerIsAdded() {
        clientValues();
        ForwardedHeaders.apply(request, true, "127.0.0.1", false, "h.test");
        expect("10.10.10.10, 127.0.0.1", "https", "untrusted.example.com");
    }

    @Test
    void untrustedClientValuesAreReplaced() {
        clientValues();
        ForwardedHeaders.apply(request, false, "::1", true, "h.test");
        expect("::1", "https", "h.test");
    }

    @Test
    void severalLinesAreJoined() {
        request.add("X-Forwarded-For", "1.1.1.1").add("x-forwarded-for", "2.2.2.2, 3.3.3.3");
        request.add("X-Forwarded-Proto", "https").add("X-Forwarded-Proto", "http");
        ForwardedHeaders.apply(request, true, "127.0.0.1", false, "h.test");
        expect("1.1.1.1, 2.2.2.2, 3.3.3.3, 127.0.0.1", "https", "h.test");
    }

    @Test
    void emptyClientValuesCountAsNone() {
        request.add("X-Forwarded-For", "").add("X-Forwarded-Proto", "").add("X-Forwarded-Host", "");
        ForwardedHeaders.apply(request, true, "127.0.0.1", false, "h.test");
        expect("127.0.0.1", "http", "h.test");
    }

    @Test
    void withoutAPeerAddressThereIsNoForwardedFor() {
        clientValues();
        ForwardedHeaders.apply(request, true, "", false, "h.test");
        assertThat(request.contains("X-Forwarded-For")).isFalse();
    }

    @Test
    void forwardedIsRemovedAndOthersPass() {
        request.add("Forwarded", "for=6.6.6.6").add("X-Forwarded-Port", "8080").add("X-Real-IP", "9.9.9.9");
        ForwardedHeaders.apply(request, true, "127.0.0.1", false, "h.test");
        assertThat(request.contains("Forwarded")).isFalse();
        assertThat(request.get("X-Forwarded-Port")).isEqualTo("8080");
        assertThat(request.get("X-Real-IP")).isEqualTo("9.9.9.9");
    }

    @Test
    void theTargetIsNamedBehindTrustedValues() {
        ForwardedHeaders.target(request, true, "app:80");
        assertThat(request.getAll("X-Kamal-Target")).containsExactly("app:80");
        ForwardedHeaders.target(request, true, "web:3000");
        assertThat(request.getAll("X-Kamal-Target")).containsExactly("app:80, web:3000");
        ForwardedHeaders.target(request, false, "own:80");
        assertThat(request.getAll("X-Kamal-Target")).containsExactly("own:80");
    }

    @Test
    void theClientIpHeaderReplacesForwardedFor() {
        request.add("True-Client-IP", "203.0.113.9").add("X-Forwarded-For", "6.6.6.6");
        ForwardedHeaders.clientIp(request, "True-Client-IP");
        assertThat(request.getAll("X-Forwarded-For")).containsExactly("203.0.113.9");
        assertThat(request.get("True-Client-IP")).isEqualTo("203.0.113.9");
    }

    @Test
    void withoutTheClientIpHeaderNothingChanges() {
        request.add("X-Forwarded-For", "6.6.6.6").add("Empty", "");
        ForwardedHeaders.clientIp(request, "True-Client-IP");
        ForwardedHeaders.clientIp(request, "Empty");
        ForwardedHeaders.clientIp(request, "");
        assertThat(request.getAll("X-Forwarded-For")).containsExactly("6.6.6.6");
    }
}
