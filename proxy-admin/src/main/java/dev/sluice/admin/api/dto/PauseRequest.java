package dev.sluice.admin.api.dto;

import dev.sluice.service.Deployment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The body that pauses a service. */
public record PauseRequest(
        @Nullable Duration drainTimeout, @Nullable Duration maxPause) {
    private static final Duration DEFAULT_MAX_PAUSE = Duration.ofSeconds(30);

    public Duration drainTimeoutInEffect() throws InvalidField {
        return Fields.duration("drain_timeout", drainTimeout, Deployment.DEFAULT_TIMEOUT);
    }

    public Duration maxPauseInEffect() throws InvalidField {
        return Fields.duration("max_pause", maxPause, DEFAULT_MAX_PAUSE);
    }
}
