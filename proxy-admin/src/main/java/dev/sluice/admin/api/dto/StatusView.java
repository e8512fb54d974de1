package dev.sluice.admin.api.dto;

import java.util.List;

/**
 * The daemon as it is at this moment.
 *
 * @param startedAt RFC 3339, in UTC
 * @param services how many there are
 */
public record StatusView(
        String version, long pid, String startedAt, long uptimeSeconds, List<ListenerView> listeners, int services) {

    /**
     * A socket on which the proxy takes connections.
     *
     * @param name {@code http}, {@code https}, {@code metrics}, ...
     * @param address as bound, {@code 0.0.0.0:80}
     */
    public record ListenerView(String name, String address) {}
}
