package dev.sluice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireTextTest {

    @ParameterizedTest
    @CsvSource({
        "/plain,         /plain",
        "/some%20path,   '/some path'",
        "/gr%C3%BCn,     /grün",
        "/gr%FCn,        /grün",
        "/50%,           /50%",
        "/50%2,          /50%2",
        "/50%zz%41,      /50%zzA",
        "/%2541,         /%41",
        "/a%2Fb,         /a/b",
        "/%e2%82%ac%00x, '/€\u0000x'",
    })
    void pathsAreDecodedOnceAsUtf8OrElseLatin1(String raw, String decoded) {
        assertThat(WireText.decodePath(raw)).isEqualTo(decoded);
    }
}
