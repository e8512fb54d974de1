package dev.sluice.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The cookie by which a client's reads follow its last write to the writers for a while. Its value is when that ends,
 * in milliseconds since 1970.
 */
public final class WriterAffinity {
    public static final String COOKIE = "kamal-writer";

    /** An application says {@link #DECLINED} here for a write that its reads need not follow. */
    public static final AsciiString HEADER = AsciiString.cached("X-Writer-Affinity");

    public static final String DECLINED = "false";

    // The browser forgets the cookie when it has certainly ended, whatever its clock's last second.
    private static final long FORGOTTEN_AFTER_MILLIS = 1000;
    private static final DateTimeFormatter EXPIRES = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final int MAX_DIGITS = 18;

    private WriterAffinity() {}

    /** Whether reads with these headers belong to the writers. */
    public static boolean active(HttpHeaders request, long nowMillis) {
        @Nullable String value = Cookies.value(request, COOKIE);
        return value != null && nowMillis < millis(value);
    }

    /** The Set-Cookie value of a response to a write. */
    public static String cookie(long nowMillis, Duration timeout) {
        long until = nowMillis + timeout.toMillis();
        return COOKIE + "=" + until + "; Path=/; Expires="
                + EXPIRES.format(Instant.ofEpochMilli(until + FORGOTTEN_AFTER_MILLIS)) + "; HttpOnly";
    }

    // 0, long past, for what is no number.
    private static long millis(String value) {
        if (value.length() > MAX_DIGITS) {
            return 0;
        }
        long millis = 0;
        for (int i = 0; i < value.length(); i++) {
            int digit = value.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            millis = millis * 10 + digit;
        }
        return millis;
    }
}
