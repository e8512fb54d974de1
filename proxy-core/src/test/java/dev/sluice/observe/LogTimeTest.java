package dev.sluice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Random;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogTimeTest {

    @ParameterizedTest
    @CsvSource({
        "UTC,              2026-01-02T03:04:05.678901234Z, 2026-01-02T03:04:05.678901234Z",
        "UTC,              2026-12-31T23:59:59Z,           2026-12-31T23:59:59.000000000Z",
        "Europe/Berlin,    2026-07-02T03:04:05.000000001Z, 2026-07-02T05:04:05.000000001+02:00",
        ",                 2026-01-02T03:04:05.678901234Z, 2026-01-02T03:04:05.678901234Z",
        "America/St_Johns, 2026-01-02T03:04:05.5Z,         2026-01-01T23:34:05.500000000-03:30",
    })
    void writesRfc3339InTheLocalZone(@Nullable String zone, String time, String expected) {
        assertThat(write(new LogTime(zone == null ? null : TimeZone.getTimeZone(zone)), Instant.parse(time)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"})
    void readsBackAsTheSameInstantWhateverTheOrder(String zone) {
        LogTime time = new LogTime(TimeZone.getTimeZone(zone));
        Random random = new Random(1);
        for (int i = 0; i < 5_000; i++) {
            Instant instant = Instant.ofEpochSecond(random.nextLong(4_000_000_000L), random.nextInt(1_000_000_000));
            assertThat(OffsetDateTime.parse(write(time, instant)).toInstant()).isEqualTo(instant);
        }
    }

    @Test
    void keepsWhatStandsAroundIt() {
        byte[] buffer = new byte[100];
        buffer[9] = 'x';
        int end = new LogTime(TimeZone.getTimeZone("UTC")).write(0, 0, buffer, 10);

        assertThat(end).isEqualTo(40);
        assertThat(buffer[9]).isEqualTo((byte) 'x');
        assertThat(buffer[end]).isZero();
    }

    @Test
    void knowsUtcWithoutTheJdksZones(@TempDir Path folder) throws Exception {
        Path none = folder.resolve("none");
        Path utc = Files.createSymbolicLink(folder.resolve("utc"), Path.of("/usr/share/zoneinfo/Etc/UTC"));
        Path berlin = Files.createSymbolicLink(folder.resolve("berlin"), Path.of("../zoneinfo/Europe/Berlin"));
        Path copied = Files.createFile(folder.resolve("copied"));

        for (String unset : new String[] {null, ""}) {
            assertThat(LogTime.isUtc(unset, none)).isTrue();
            assertThat(LogTime.isUtc(unset, utc)).isTrue();
            assertThat(LogTime.isUtc(unset, berlin)).isFalse();
            assertThat(LogTime.isUtc(unset, copied)).isFalse();
        }
        assertThat(LogTime.isUtc("UTC", berlin)).isTrue();
        assertThat(LogTime.isUtc("Etc/UTC", berlin)).isTrue();
        assertThat(LogTime.isUtc("Europe/Berlin", utc)).isFalse();
        assertThat(LogTime.isUtc("UTC+3", utc)).isFalse();
    }

    private static String write(LogTime time, Instant instant) {
        byte[] buffer = new byte[LogTime.MAX_LENGTH];
        int end = time.write(instant.getEpochSecond(), instant.getNano(), buffer, 0);
        return new String(buffer, 0, end, StandardCharsets.US_ASCII);
    }
}
