package dev.sluice.admin.api.dto;

import dev.sluice.service.Deployment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The body that stops a service. */
public record StopRequest(
        @Nullable Duration drainTimeout, @Nullable String message) {

    public Duration drainTimeoutInEffect() throws InvalidField {
        return Fields.duration("drain_timeout", drainTimeout, Deployment.DEFAULT_TIMEOUT);
    }

    public String messageInEffect() {
        return Fields.or(message, "");
    }
}
