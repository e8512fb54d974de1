package dev.sluice.service;

import dev.sluice.http.RequestTarget;
import java.time.Duration;

/**
 * How the health of a target is checked.
 *
 * @param path requested with GET, with or without a leading slash; the whole of it is a path, a query cannot be given
 * @param port where checks are sent; 0 (or less) means the target's own port
 * @param interval pause between two checks, at least {@link #SHORTEST_INTERVAL}
 * @param timeout for connecting and the response head of one check
 * @param host the Host header of checks; empty means the target's address
 * @param rise successes in a row, at least 1, until a target that was taken out comes back; a new target needs one
 * @param fall failures in a row, at least 1, until one of several targets is taken out
 */
public record HealthCheckOptions(
        String path, int port, Duration interval, Duration timeout, String host, int rise, int fall) {

    /** An interval of 0 would check in a busy loop; shorter ones are raised to this. */
    public static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);

    public static final HealthCheckOptions DEFAULT =
            new HealthCheckOptions("/up", 0, Duration.ofSeconds(1), Duration.ofSeconds(5), "");

    /** With the usual thresholds. */
    public HealthCheckOptions(String path, int port, Duration interval, Duration timeout, String host) {
        this(path, port, interval, timeout, host, 1, 1);
    }

    /** The interval that is used: never below {@link #SHORTEST_INTERVAL}. */
    public Duration effectiveInterval() {
        return interval.compareTo(SHORTEST_INTERVAL) < 0 ? SHORTEST_INTERVAL : interval;
    }

    /** The path as it is requested: with a leading slash. */
    public String requestPath() {
        return path.startsWith("/") ? path : "/" + path;
    }

    /** The same as it stands in a request line: what would end a path there is percent-encoded. */
    public String requestTarget() {
        return RequestTarget.encoded(requestPath(), "?#");
    }
}
