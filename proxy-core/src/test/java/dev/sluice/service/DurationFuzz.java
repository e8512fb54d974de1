package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Durations as operators type them. */
class DurationFuzz {

    @FuzzTest(maxDuration = "5s")
    @DictionaryEntries({"1h", "2m", "3s", "4ms", "5us", "6ns", "-", "+", ".", "0", "9223372036854775807ns", "2562047h"})
    void whatIsReadIsWrittenAndReadTheSame(byte[] bytes) {
        Duration read;
        try {
            read = GoDuration.parse(new String(bytes, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith("time: ");
            return;
        }
        assertThat(GoDuration.parse(GoDuration.format(read))).isEqualTo(read);
    }
}
