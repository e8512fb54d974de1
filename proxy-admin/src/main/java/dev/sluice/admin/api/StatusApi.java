package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.EmptyRequest;
import dev.sluice.admin.api.dto.StatusView;
import dev.sluice.service.Services;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Tells which daemon this is, since when it runs, and where it listens. */
final class StatusApi {
    private final Services services;
    private final DaemonStatus daemon;

    StatusApi(Services services, DaemonStatus daemon) {
        this.services = services;
        this.daemon = daemon;
    }

    Answer status(Call call) throws RequestFailure {
        call.body(EmptyRequest.class);
        return Answer.ok(new StatusView(
                daemon.version(),
                ProcessHandle.current().pid(),
                daemon.startedAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                Duration.between(daemon.startedAt(), Instant.now()).toSeconds(),
                daemon.listeners().get(),
                services.table().services().size()));
    }
}
