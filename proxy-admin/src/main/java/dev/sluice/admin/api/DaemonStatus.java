package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.StatusView.ListenerView;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the API tells of the daemon that it runs in.
 *
 * @param listeners the sockets that are open at the moment of the call; called on any thread
 */
public record DaemonStatus(String version, Instant startedAt, Supplier<List<ListenerView>> listeners) {}
