package dev.sluice.service;

import java.time.Duration;
import java.util.List;

/**
 * What holds for each target of a service.
 *
 * @param responseTimeout how long a target may take from the end of the request to its response head; 0 is unlimited
 * @param forwardHeaders whether the client's X-Forwarded-* values are believed and extended
 * @param logRequestHeaders request headers that the access log shows besides its own fields
 * @param logResponseHeaders response headers that the access log shows besides its own fields
 * @param scopeCookiePaths whether a stripped path prefix is put in front of the Path of cookies
 * @param delivery what Sluice does beyond kamal-proxy
 */
public record TargetOptions(
        HealthCheckOptions healthCheck,
        Duration responseTimeout,
        BufferOptions buffering,
        List<String> logRequestHeaders,
        List<String> logResponseHeaders,
        boolean forwardHeaders,
        boolean scopeCookiePaths,
        DeliveryOptions delivery) {

    public static final TargetOptions DEFAULT = new TargetOptions(
            HealthCheckOptions.DEFAULT,
            Duration.ofSeconds(30),
            BufferOptions.DEFAULT,
            List.of(),
            List.of(),
            true,
            false,
            DeliveryOptions.DEFAULT);

    /** With the usual {@link DeliveryOptions}. */
    public TargetOptions(
            HealthCheckOptions healthCheck,
            Duration responseTimeout,
            BufferOptions buffering,
            List<String> logRequestHeaders,
            List<String> logResponseHeaders,
            boolean forwardHeaders,
            boolean scopeCookiePaths) {
        this(
                healthCheck,
                responseTimeout,
                buffering,
                logRequestHeaders,
                logResponseHeaders,
                forwardHeaders,
                scopeCookiePaths,
                DeliveryOptions.DEFAULT);
    }

    public TargetOptions {
        logRequestHeaders = List.copyOf(logRequestHeaders);
        logResponseHeaders = List.copyOf(logResponseHeaders);
    }
}
