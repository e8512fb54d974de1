package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetAddressTest {

    @ParameterizedTest
    @CsvSource({
        "localhost, localhost, 80",
        "localhost:3000, localhost, 3000",
        "web-1.internal:65535, web-1.internal, 65535",
        "app_web+x:1, app_web+x, 1",
        "10.0.0.1, 10.0.0.1, 80",
        "[::1], ::1, 80",
        "[::1]:3000, ::1, 3000",
        "[fe80::1%eth0]:3000, fe80::1%eth0, 3000"
    })
    void isAHostWithOrWithoutAPort(String text, String host, int port) throws Exception {
        TargetAddress address = TargetAddress.parse(text);
        assertThat(address.text()).isEqualTo(text);
        assertThat(address.host()).isEqualTo(host);
        assertThat(address.port()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "_",
                "/",
                "a",
                ":80",
                "http://web",
                "web:",
                "web:x",
                "web:-1",
                "web/up",
                "web 1",
                "web:80:80",
                "::1",
                "[::1",
                "[]:80",
                "web\n",
                "user@web"
            })
    void nothingElseIsOne(String text) {
        assertThatThrownBy(() -> TargetAddress.parse(text))
                .isInstanceOf(ControlFailure.class)
                .hasMessage(text + " :invalid host pattern");
    }

    @ParameterizedTest
    @ValueSource(strings = {"web:0", "web:65536", "web:99999999999999999999"})
    void aPortOutOfRangeIsRefusedWithTheRange(String text) {
        assertThatThrownBy(() -> TargetAddress.parse(text))
                .isInstanceOf(ControlFailure.class)
                .hasMessage(text + " :invalid host pattern (the port must be 1 to 65535)");
    }

    @Test
    void theAuthorityOfAHealthCheckNamesThePortUnlessItIsTheDefault() throws Exception {
        assertThat(TargetAddress.parse("localhost:3000").authority(8080)).isEqualTo("localhost:8080");
        assertThat(TargetAddress.parse("localhost").authority(80)).isEqualTo("localhost");
        assertThat(TargetAddress.parse("[::1]:3000").authority(3000)).isEqualTo("[::1]:3000");
        assertThat(TargetAddress.parse("[::1]").authority(80)).isEqualTo("[::1]");
    }
}
