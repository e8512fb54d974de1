package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostNameTest {

    @ParameterizedTest
    @CsvSource({
        "example.com,example.com",
        "Example.COM,example.com",
        "example.com.,example.com",
        "example.com.:80,example.com",
        "example.com:8443,example.com",
        "[::1]:80,::1",
        "[2001:DB8::1]:80,2001:db8::1",
        "127.0.0.1:80,127.0.0.1"
    })
    void spellingsOfOneHostBecomeOne(String given, String normal) {
        assertThat(HostName.normalise(given)).isEqualTo(normal);
    }

    @Test
    void aNormalHostIsReturnedAsItIs() {
        String host = "app.example.com";
        assertThat(HostName.normalise(host)).isSameAs(host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "example.com",
                "EXAMPLE.com.",
                "example.com:80",
                "example.com:",
                "xn--bcher-kva.example",
                "under_score.test",
                "127.0.0.1:8080",
                "[::1]",
                "[::1]:443",
                "[::ffff:192.0.2.1]:80",
                "a%C3%A9.test",
                "!$&'()*+,;=~"
            })
    void aHostWithOrWithoutPortIsValid(String authority) {
        assertThat(HostName.valid(authority)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":80",
                "a b",
                "a/b",
                "user@host",
                "user:pw@host",
                "a:b",
                "a:80:90",
                "::1",
                "[::1",
                "[::1]x",
                "[::1]:x",
                "[]",
                "[127.0.0.1]",
                "[fe80::1%eth0]",
                "[fe80::1%25eth0]",
                "a%",
                "a%2",
                "a%zz",
                "a\u0000b",
                "a\r\nb",
                "a\tb",
                "b\u00fccher.test",
                "a?b",
                "a#b",
                "a\\b",
                "<a>",
                "a\"b"
            })
    void anythingElseIsNot(String authority) {
        assertThat(HostName.valid(authority)).isFalse();
    }
}
