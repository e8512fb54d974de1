package dev.sluice.service;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a deploy was asked to do.
 *
 * @param targets writers, {@code host} or {@code host:port}; at least one
 * @param readers read targets
 * @param deployTimeout how long all targets together may take to become healthy
 * @param drainTimeout how long the replaced targets' requests may take to finish
 * @param force do not wait for health
 */
public record Deployment(
        List<String> targets, List<String> readers, Duration deployTimeout, Duration drainTimeout, boolean force) {

    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    public Deployment {
        targets = List.copyOf(targets);
        readers = List.copyOf(readers);
    }

    List<String> allTargets() {
        return Stream.concat(targets.stream(), readers.stream()).toList();
    }
}
