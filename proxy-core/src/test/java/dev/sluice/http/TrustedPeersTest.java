package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustedPeersTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "192.0.2.128/25, 192.0.2.127, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "::/0, 203.0.113.9, true",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "2001:db8::1, 2001:DB8:0:0:0:0:0:1, true",
        "2001:db8::/64, 2001:db8:0:0:ffff::, true",
        "2001:db8::/65, 2001:db8:0:0:ffff::, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
        "::ffff:10.0.0.0/104, 10.1.2.3, true",
        "private, 172.31.255.255, true",
        "private, 172.32.0.0, false",
        "private, fd12:3456::1, true",
        "private, 127.0.0.1, false",
        "loopback, ::1, true",
        "linklocal, fe80::1, true",
        "shared, 100.64.0.1, true",
        "private, nonsense, false",
        "private, '', false",
        "private, 10.0.0.1:80, false",
        "private, [fd00::1], false",
        "::/0, fe80::1%eth0, false"
    })
    void anAddressIsOneOfThemOrNot(String item, String address, boolean expected) {
        assertThat(TrustedPeers.of(List.of("198.51.100.7", item)).contains(address))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, is no address",
        "'', is no address",
        "10.0.0.0/33, longer than 32",
        "10.0.0.0/-1, no number",
        "10.0.0.0/x, no number",
        "10.0.0.1/8, address bits behind its prefix",
        "2001:db8::1/32, address bits behind its prefix",
        "[::1], is no address"
    })
    void whatIsNoNetworkIsNamed(String item, String why) {
        assertThatThrownBy(() -> TrustedPeers.of(List.of(item)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(item)
                .hasMessageContaining(why);
    }

    @Test
    void nobodyIsOneOfNone() {
        assertThat(TrustedPeers.of(List.of()).contains("127.0.0.1")).isFalse();
    }
}
