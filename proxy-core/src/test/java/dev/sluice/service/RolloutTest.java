package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolloutTest {

    @ParameterizedTest
    @CsvSource({
        "1, 873244444, 20.33",
        "2, 923577301, 21.50",
        "3, 906799682, 21.11",
        "00001, 1231224044, 28.67",
        "00999, 15046642, 0.35",
        "user-42, 39875499, 0.93",
        "abc, 440920331, 10.27",
        "a, 3826002220, 89.08"
    })
    void aValueHashesAsInKamalProxySoThatClientsStayOnTheirSide(String value, long hash, double percentile) {
        assertThat(Rollout.hash(value)).isEqualTo(hash);
        assertThat(new Rollout((int) Math.ceil(percentile), List.of()).includes(value))
                .isTrue();
        assertThat(new Rollout((int) Math.floor(percentile), List.of()).includes(value))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "10, 83", "60, 613"})
    void thatManyOfAThousandValuesAreIn(int percentage, int included) {
        Rollout rollout = new Rollout(percentage, List.of());
        assertThat(IntStream.range(0, 1000)
                        .filter(i -> rollout.includes(String.format("%05d", i)))
                        .count())
                .isEqualTo(included);
    }

    @Test
    void withoutACookieOrWithAnEmptyOneAClientIsOut() {
        Rollout rollout = new Rollout(99, List.of(""));
        assertThat(rollout.includes(null)).isFalse();
        assertThat(rollout.includes("")).isFalse();
    }

    @Test
    void listedValuesAreInWhateverThePercentage() {
        Rollout rollout = new Rollout(0, List.of("1", "2"));
        assertThat(rollout.includes("1")).isTrue();
        assertThat(rollout.includes("2")).isTrue();
        assertThat(rollout.includes("3")).isFalse();
        assertThat(rollout.includes("12")).isFalse();
    }

    @Test
    void aHundredPercentIsEveryoneCookieOrNot() {
        Rollout rollout = new Rollout(100, List.of());
        assertThat(rollout.includes(null)).isTrue();
        assertThat(rollout.includes("a")).isTrue();
        assertThat(new Rollout(150, List.of()).includes(null)).isTrue();
    }

    @Test
    void lessThanNoPercentIsNobody() {
        assertThat(new Rollout(-1, List.of()).includes("00999")).isFalse();
    }

    @Test
    void theBytesOfAValueAreHashedAsTheyCame() {
        // "é" in UTF-8, as a header's bytes are kept: one char a byte.
        assertThat(Rollout.hash("Ã©")).isNotEqualTo(Rollout.hash("é"));
        assertThat(Rollout.hash("Ã©")).isEqualTo(fnv(0xc3, 0xa9));
    }

    private static long fnv(int... bytes) {
        long hash = 0x811c9dc5L;
        for (int b : bytes) {
            hash = ((hash ^ b) * 0x01000193L) & 0xffff_ffffL;
        }
        return hash;
    }
}
