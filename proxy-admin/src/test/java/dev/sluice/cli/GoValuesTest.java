package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoValuesTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "42, 42",
        "-7, -7",
        "+7, 7",
        "0x1F, 31",
        "0X1f, 31",
        "0b101, 5",
        "0o17, 15",
        "017, 15",
        "1_000, 1000",
        "0x_ff, 255",
        "0_7, 7",
        "-0x10, -16",
        "9223372036854775807, 9223372036854775807",
        "-9223372036854775808, -9223372036854775808"
    })
    void integersAreReadAsGoDoes(String text, long value) {
        assertThat(GoValues.integer(text)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-", "1_", "_1", "1__0", "08", "0x", "0x_", "0b2", "1.5", " 1", "--1", "٣"})
    void whatIsNoIntegerIsRefusedInGosWords(String text) {
        assertThatThrownBy(() -> GoValues.integer(text))
                .hasMessage("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
    }

    @Test
    void anIntegerHas64Bits() {
        assertThatThrownBy(() -> GoValues.integer("9223372036854775808"))
                .hasMessage("strconv.ParseInt: parsing \"9223372036854775808\": value out of range");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "t", "T", "TRUE", "true", "True"})
    void wordsForTrue(String text) {
        assertThat(GoValues.bool(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "f", "F", "FALSE", "false", "False"})
    void wordsForFalse(String text) {
        assertThat(GoValues.bool(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yes", "tRUE", "on", " true"})
    void otherWordsAreNoBool(String text) {
        assertThatThrownBy(() -> GoValues.bool(text))
                .hasMessage("strconv.ParseBool: parsing \"" + text + "\": invalid syntax");
    }

    @Test
    void quotingEscapesAsGoDoes() {
        assertThat(GoQuote.of("a\"b\\c\n\t\u0001\u007f\u00a0\u200bäß😀\ue000"))
                .isEqualTo("\"a\\\"b\\\\c\\n\\t\\x01\\x7f\\u00a0\\u200bäß😀\\ue000\"");
    }
}
