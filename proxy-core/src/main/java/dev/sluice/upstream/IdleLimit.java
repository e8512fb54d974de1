package dev.sluice.upstream;

import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** How long a connection may stay idle, by what its target says in Keep-Alive fields. Stateless. */
final class IdleLimit {
    /** For targets that do not say; most servers' own limit is longer. */
    static final Duration USUAL = Duration.ofSeconds(60);

    /** Not to be kept at all. */
    static final long NONE = 0;

    private static final Duration MARGIN = Duration.ofSeconds(1);
    private static final String FIELD = "Keep-Alive";

    private IdleLimit() {}

    /**
     * Reads {@code timeout=5, max=100} (RFC 2068 19.7.1.1), where max is how many requests may follow. The connection is
     * given up a second before the target does, or at half the time if that is later: a request that is sent as the
     * target closes is lost.
     *
     * @return nanoseconds
     */
    static long of(HttpHeaders response) {
        List<String> fields = response.getAll(FIELD);
        long limit = USUAL.toNanos();
        for (String field : fields) {
            for (String parameter : field.split(",", -1)) {
                limit = Math.min(limit, limit(parameter.strip()));
            }
        }
        return limit;
    }

    private static long limit(String parameter) {
        int equals = parameter.indexOf('=');
        String value = parameter.substring(equals + 1).strip();
        // More digits than any number of seconds that would matter.
        if (equals < 0
                || value.isEmpty()
                || value.length() > 9
                || !value.chars().allMatch(Character::isDigit)) {
            return USUAL.toNanos();
        }
        int number = Integer.parseInt(value);
        return switch (parameter.substring(0, equals).strip().toLowerCase(Locale.ROOT)) {
            case "timeout" -> {
                long nanos = Duration.ofSeconds(number).toNanos();
                yield Math.max(nanos - MARGIN.toNanos(), nanos / 2);
            }
            case "max" -> number == 0 ? NONE : USUAL.toNanos();
            default -> USUAL.toNanos();
        };
    }
}
