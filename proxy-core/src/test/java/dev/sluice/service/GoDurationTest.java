package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "+0, 0",
        "0s, 0",
        "5s, 5000000000",
        "+5s, 5000000000",
        "-5s, -5000000000",
        "1478s, 1478000000000",
        "5.0s, 5000000000",
        "5.6s, 5600000000",
        "5.s, 5000000000",
        ".5s, 500000000",
        "1.004s, 1004000000",
        "100.00100s, 100001000000",
        "10ns, 10",
        "11us, 11000",
        "12µs, 12000",
        "12μs, 12000",
        "13ms, 13000000",
        "15m, 900000000000",
        "16h, 57600000000000",
        "3h30m, 12600000000000",
        "10.5s4m, 250500000000",
        "-2m3.4s, -123400000000",
        "1h2m3s4ms5us6ns, 3723004005006",
        "39h9m14.425s, 140954425000000",
        "9007199254740993ns, 9007199254740993",
        "9223372036854775807ns, 9223372036854775807",
        "0.9223372036854775807s, 922337203",
        "1ns1ns, 2"
    })
    void readsWhatGoReads(String text, long nanos) {
        assertThat(GoDuration.parse(text).toNanos()).isEqualTo(nanos);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "'', 'time: invalid duration \"\"'",
                "-, 'time: invalid duration \"-\"'",
                "3, 'time: missing unit in duration \"3\"'",
                "s, 'time: invalid duration \"s\"'",
                "., 'time: invalid duration \".\"'",
                ".s, 'time: invalid duration \".s\"'",
                "+.s, 'time: invalid duration \"+.s\"'",
                "1d, 'time: unknown unit \"d\" in duration \"1d\"'",
                "1S, 'time: unknown unit \"S\" in duration \"1S\"'",
                "1s2, 'time: missing unit in duration \"1s2\"'",
                "'1 s', 'time: unknown unit \" s\" in duration \"1 s\"'",
                "' 1s', 'time: invalid duration \" 1s\"'",
                "--1s, 'time: invalid duration \"--1s\"'",
                "9223372036854775808ns, 'time: invalid duration \"9223372036854775808ns\"'",
                "3000000h, 'time: invalid duration \"3000000h\"'",
                "٣s, 'time: invalid duration \"٣s\"'"
            })
    void refusesInGosWordsWhatGoRefuses(String text, String message) {
        assertThatThrownBy(() -> GoDuration.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "1, 1ns",
        "1100, 1.1µs",
        "2200000, 2.2ms",
        "3300000000, 3.3s",
        "20000000, 20ms",
        "30000000000, 30s",
        "60000000000, 1m0s",
        "90000000000, 1m30s",
        "245000000000, 4m5s",
        "245001000000, 4m5.001s",
        "3600000000000, 1h0m0s",
        "18367001000000, 5h6m7.001s",
        "9223372036854775807, 2562047h47m16.854775807s",
        "-1, -1ns",
        "-1500000000, -1.5s"
    })
    void writesWhatGoWrites(long nanos, String text) {
        assertThat(GoDuration.format(Duration.ofNanos(nanos))).isEqualTo(text);
    }

    @Test
    void whatItWritesItReadsBack() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            Duration duration = Duration.ofNanos(random.nextLong() >> random.nextInt(63));
            if (duration.toNanos() != Long.MIN_VALUE) {
                assertThat(GoDuration.parse(GoDuration.format(duration))).isEqualTo(duration);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999999999999999999999999999999999999s", "0.00000000000000000000000000000000000001s"})
    void anyNumberOfDigitsIsReadWithoutOverflow(String text) {
        if (text.startsWith("0")) {
            assertThat(GoDuration.parse(text)).isZero();
        } else {
            assertThatThrownBy(() -> GoDuration.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
