package dev.sluice.observe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes times as RFC 3339 with nanoseconds in the local zone: {@code 2026-01-02T03:04:05.678901234+02:00}. What is the
 * same for a whole second is put together once a second. For one thread; years 0 to 9999.
 */
final class LogTime {
    static final int MAX_LENGTH = 40;

    // Not a ZoneId: for the first one providers of zones are looked for in every jar. Null is UTC.
    private final @Nullable TimeZone zone;
    private final byte[] date = "yyyy-mm-ddThh:mm:ss.".getBytes(StandardCharsets.US_ASCII);
    private byte[] offset = {};
    private long second = Long.MIN_VALUE;

    LogTime() {
        // The property comes before both: by hand, or of the JDK once it was asked.
        this(
                System.getProperty("user.timezone") == null && isUtc(System.getenv("TZ"), Path.of("/etc/localtime"))
                        ? null
                        : TimeZone.getDefault());
    }

    LogTime(@Nullable TimeZone zone) {
        this.zone = zone;
    }

    /**
     * Whether the local zone is plainly UTC, as on most servers: the JDK would read its table of all zones to find that
     * out, which takes 2 % of a start. It says no where the JDK has to be asked.
     *
     * @param variable of the environment, which comes before the file
     */
    static boolean isUtc(@Nullable String variable, Path file) {
        if (variable != null && !variable.isEmpty()) {
            return variable.equals("UTC") || variable.equals("Etc/UTC");
        }
        try {
            return Files.readSymbolicLink(file).endsWith("UTC");
        } catch (NoSuchFileException _) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /** Writes at most {@link #MAX_LENGTH} bytes from an index on and returns the index behind them. */
    int write(long epochSecond, int nanos, byte[] to, int from) {
        if (epochSecond != second) {
            turnTo(epochSecond);
        }
        System.arraycopy(date, 0, to, from, date.length);
        int at = from + date.length;
        digits(nanos, 9, to, at);
        at += 9;
        System.arraycopy(offset, 0, to, at, offset.length);
        return at + offset.length;
    }

    private void turnTo(long epochSecond) {
        int ahead = zone == null ? 0 : zone.getOffset(TimeUnit.SECONDS.toMillis(epochSecond));
        ZoneOffset now = ZoneOffset.ofTotalSeconds((int) TimeUnit.MILLISECONDS.toSeconds(ahead));
        LocalDateTime local = LocalDateTime.ofEpochSecond(epochSecond, 0, now);
        digits(local.getYear(), 4, date, 0);
        digits(local.getMonthValue(), 2, date, 5);
        digits(local.getDayOfMonth(), 2, date, 8);
        digits(local.getHour(), 2, date, 11);
        digits(local.getMinute(), 2, date, 14);
        digits(local.getSecond(), 2, date, 17);
        offset = now.getId().getBytes(StandardCharsets.US_ASCII);
        second = epochSecond;
    }

    private static void digits(int value, int count, byte[] to, int from) {
        int rest = value;
        for (int at = from + count - 1; at >= from; at--) {
            to[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
