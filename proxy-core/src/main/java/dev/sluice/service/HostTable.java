package dev.sluice.service;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hosts and what answers for each. Immutable; for event loops. A hash table in flat arrays, with the names of all hosts in
 * one string: among thousands of hosts, most of which are not in the processor's caches, a match takes as few steps from
 * one place in memory to the next as can be.
 */
final class HostTable {
    // The names in the order of their slots, one directly behind the other.
    private final String names;
    // Where the name of each slot begins, which is where that of the slot before ends; an empty slot's ends there too.
    private final int[] starts;
    private final int mask;
    // What takes all paths of a host, as most often one service does; null where it goes by the path.
    private final RouteMatch.@Nullable Matched[] only;
    private final @Nullable HostRoutes[] byPath;

    /**
     * @param routes by host; no host is empty
     */
    HostTable(Map<String, HostRoutes> routes) {
        // Four to eight for each host, so that nearly all are found in their first.
        int slots = Integer.highestOneBit(routes.size() + 1) * 8;
        mask = slots - 1;
        @Nullable String[] hosts = inSlots(routes.keySet());
        starts = new int[slots + 1];
        only = new RouteMatch.Matched[slots];
        byPath = new HostRoutes[slots];
        StringBuilder all = new StringBuilder();
        for (int slot = 0; slot < slots; slot++) {
            String host = hosts[slot];
            HostRoutes of = host == null ? null : routes.get(host);
            if (of != null) {
                all.append(host);
                boolean whole = of.below().isEmpty();
                only[slot] = whole ? of.root() : null;
                byPath[slot] = whole ? null : of;
            }
            starts[slot + 1] = all.length();
        }
        names = all.toString();
    }

    private @Nullable String[] inSlots(Iterable<String> hosts) {
        @Nullable String[] placed = new String[mask + 1];
        for (String host : hosts) {
            int slot = first(host);
            while (placed[slot] != null) {
                slot = next(slot);
            }
            placed[slot] = host;
        }
        return placed;
    }

    private int first(String host) {
        int hash = host.hashCode();
        return (hash ^ hash >>> 16) & mask;
    }

    private int next(int slot) {
        return slot + 1 & mask;
    }

    /** What answers for a path of this host; null when the host is not known. */
    @Nullable
    RouteMatch match(String host, String path) {
        for (int slot = first(host); starts[slot] < starts[slot + 1]; slot = next(slot)) {
            int length = starts[slot + 1] - starts[slot];
            if (length == host.length() && names.startsWith(host, starts[slot])) {
                RouteMatch.Matched one = only[slot];
                return one != null ? one : byPath(slot, path);
            }
        }
        return null;
    }

    private RouteMatch byPath(int slot, String path) {
        HostRoutes routes = byPath[slot];
        return routes == null ? RouteMatch.NO_SERVICE : routes.match(path);
    }
}
