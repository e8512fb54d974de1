package dev.sluice.service;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * Durations as Go writes and reads them ({@code 1m30s}, {@code 500ms}, {@code 1.5h}, {@code 0}): the notation of the
 * command line, of the admin API and of messages. Range: that of a long of nanoseconds, about 292 years.
 */
public final class GoDuration {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000_000_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;

    private GoDuration() {}

    /**
     * Reads a duration.
     *
     * @throws IllegalArgumentException with Go's words, such as {@code time: missing unit in duration "30"}
     */
    public static Duration parse(String text) {
        String rest = text;
        boolean negative = rest.startsWith("-");
        if (negative || rest.startsWith("+")) {
            rest = rest.substring(1);
        }
        if (rest.equals("0")) {
            return Duration.ZERO;
        }
        if (rest.isEmpty()) {
            throw invalid("invalid", text);
        }
        long nanos = 0;
        int at = 0;
        while (at < rest.length()) {
            int number = at;
            while (at < rest.length() && (isDigit(rest.charAt(at)) || rest.charAt(at) == '.')) {
                at++;
            }
            String digits = rest.substring(number, at);
            if (digits.isEmpty() || digits.equals(".") || digits.indexOf('.') != digits.lastIndexOf('.')) {
                throw invalid("invalid", text);
            }
            int unit = at;
            while (at < rest.length() && rest.charAt(at) != '.' && !isDigit(rest.charAt(at))) {
                at++;
            }
            if (unit == at) {
                throw invalid("missing unit in", text);
            }
            String name = rest.substring(unit, at);
            long size = sizeOf(name);
            if (size == 0) {
                throw new IllegalArgumentException("time: unknown unit \"" + name + "\" in duration \"" + text + "\"");
            }
            try {
                nanos = Math.addExact(nanos, nanos(digits, size));
            } catch (ArithmeticException e) {
                throw invalid("invalid", text);
            }
        }
        return Duration.ofNanos(negative ? -nanos : nanos);
    }

    /** Digits with a point or without, times a unit; what is less than a nanosecond is left out, as Go does. */
    private static long nanos(String digits, long unit) {
        int point = digits.indexOf('.');
        long nanos = 0;
        for (char digit : (point < 0 ? digits : digits.substring(0, point)).toCharArray()) {
            nanos = Math.addExact(Math.multiplyExact(nanos, 10L), digit - '0');
        }
        nanos = Math.multiplyExact(nanos, unit);
        if (point >= 0) {
            BigDecimal fraction = new BigDecimal('0' + digits.substring(point));
            nanos = Math.addExact(
                    nanos, fraction.multiply(BigDecimal.valueOf(unit)).longValue());
        }
        return nanos;
    }

    /** Writes a duration as Go's {@code Duration.String} does. */
    public static String format(Duration duration) {
        long nanos = duration.toNanos();
        if (nanos == 0) {
            return "0s";
        }
        String sign = nanos < 0 ? "-" : "";
        long size = Math.abs(nanos);
        if (size < MICRO) {
            return sign + size + "ns";
        }
        if (size < MILLI) {
            return sign + decimal(size, MICRO) + "µs";
        }
        if (size < SECOND) {
            return sign + decimal(size, MILLI) + "ms";
        }
        StringBuilder text = new StringBuilder(sign);
        if (size >= HOUR) {
            text.append(size / HOUR).append('h');
        }
        if (size >= MINUTE) {
            text.append(size % HOUR / MINUTE).append('m');
        }
        return text.append(decimal(size % MINUTE, SECOND)).append('s').toString();
    }

    private static String decimal(long nanos, long unit) {
        StringBuilder text = new StringBuilder().append(nanos / unit);
        long rest = nanos % unit;
        if (rest > 0) {
            text.append('.');
        }
        for (long digit = unit / 10; rest > 0; digit /= 10) {
            text.append(rest / digit);
            rest %= digit;
        }
        return text.toString();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static long sizeOf(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "µs", "μs" -> MICRO;
            case "ms" -> MILLI;
            case "s" -> SECOND;
            case "m" -> MINUTE;
            case "h" -> HOUR;
            default -> 0;
        };
    }

    private static IllegalArgumentException invalid(String what, String text) {
        return new IllegalArgumentException(
                (what.equals("invalid") ? "time: invalid duration \"" : "time: " + what + " duration \"") + text
                        + "\"");
    }
}
