package dev.sluice.observe;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one service, found by method and status without making a string or a tag. Event loops read them;
 * making and removing happens under this object's monitor, once for each method and status. The object outlives its
 * service, so that requests which ran on when the service was removed are counted down.
 */
final class ServiceMeters {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };
    private static final String[] METHODS = {
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "OTHER"
    };
    private static final int STATUSES = 1000;

    private final MeterRegistry registry;
    private final String service;
    private final LongAdder inFlight = new LongAdder();
    private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable Timer>> timers =
            new AtomicReferenceArray<>(METHODS.length);
    private final List<Meter> registered = new ArrayList<>();
    private volatile boolean inFlightShown;

    ServiceMeters(MeterRegistry registry, String service) {
        this.registry = registry;
        this.service = service;
    }

    void left() {
        inFlight.decrement();
    }

    void started() {
        inFlight.increment();
        if (!inFlightShown) {
            showInFlight();
        }
    }

    /**
     * @param counted whether the request was {@link #started}
     */
    void ended(boolean counted, String method, int status, long nanos) {
        if (counted) {
            inFlight.decrement();
        }
        timer(methodIndex(method), status < 0 || status >= STATUSES ? 0 : status)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Takes everything of this service off the page. */
    synchronized void remove() {
        inFlightShown = false;
        for (int i = 0; i < METHODS.length; i++) {
            timers.set(i, null);
        }
        registered.forEach(registry::remove);
        registered.clear();
    }

    private Timer timer(int method, int status) {
        AtomicReferenceArray<@Nullable Timer> byStatus = timers.get(method);
        Timer timer = byStatus == null ? null : byStatus.get(status);
        return timer == null ? register(method, status) : timer;
    }

    private synchronized Timer register(int method, int status) {
        AtomicReferenceArray<@Nullable Timer> byStatus = timers.get(method);
        if (byStatus == null) {
            byStatus = new AtomicReferenceArray<>(STATUSES);
            timers.set(method, byStatus);
        }
        Timer timer = byStatus.get(status);
        if (timer == null) {
            String code = Integer.toString(status);
            timer = Timer.builder("kamal_proxy_http_request_duration")
                    .description("Duration of HTTP requests, from the first byte of the request to the last byte of"
                            + " the response.")
                    .serviceLevelObjectives(BUCKETS)
                    .tags("service", service, "method", METHODS[method], "status", code)
                    .register(registry);
            registered.add(timer);
            // Every request is recorded once: the counter shows the histogram's count.
            registered.add(FunctionCounter.builder("kamal_proxy_http_requests", timer, Timer::count)
                    .description("HTTP requests served.")
                    .tags("service", service, "method", METHODS[method], "status", code)
                    .register(registry));
            byStatus.set(status, timer);
        }
        return timer;
    }

    private synchronized void showInFlight() {
        if (!inFlightShown) {
            inFlightShown = true;
            registered.add(Gauge.builder("kamal_proxy_http_in_flight_requests", inFlight, LongAdder::sum)
                    .description("HTTP requests being served.")
                    .tags("service", service)
                    .strongReference(true)
                    .register(registry));
        }
    }

    private static int methodIndex(String method) {
        return switch (method) {
            case "GET" -> 0;
            case "HEAD" -> 1;
            case "POST" -> 2;
            case "PUT" -> 3;
            case "PATCH" -> 4;
            case "DELETE" -> 5;
            case "CONNECT" -> 6;
            case "OPTIONS" -> 7;
            case "TRACE" -> 8;
            default -> 9;
        };
    }
}
