package dev.sluice.service;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Hosts and what answers for each. Immutable; for event loops. A perfect hash table: every host has a slot of its own,
 * and its name is in a place that goes by the slot alone. So a match reads one place of memory, whether or not it is the
 * host's; among thousands of hosts, most of which are not in the processor's caches, that is nearly all of its time.
 *
 * <p>"Hash and displace" (Pagh 1999; Belazzougui, Botelho, Dietzfelbinger 2009): hosts fall into small groups by their
 * hash, and each group is given a number that, mixed with the hashes, sends its hosts to slots that are free.
 */
final class HostTable {
    // Names that are longer would make every place longer. Most are below 40.
    private static final int LONGEST = 64;
    private static final int EMPTY = -1;
    // Nine in ten slots are taken at the end, so who has tried this many finds none at all.
    private static final int TRIES = 1 << 12;

    private final int slots;
    private final char[] displacements;
    // The lengths of the names by slot, and the names themselves, each in a place of the same width.
    private final byte[] lengths;
    private final int width;
    private final String names;
    // What takes all paths of a host, as most often one service does; null where it goes by the path.
    private final RouteMatch.@Nullable Matched[] only;
    private final @Nullable HostRoutes[] byPath;
    // Names that are too long, and the seldom one whose hash is another's.
    private final Map<String, HostRoutes> others = new HashMap<>();

    /**
     * @param routes by host; no host is empty
     */
    HostTable(Map<String, HostRoutes> routes) {
        displacements = new char[Math.max(1, Integer.highestOneBit(routes.size() / 2))];
        slots = routes.size() + routes.size() / 8 + 1;
        @Nullable String[] hosts = new String[slots];
        place(groups(routes.keySet()), hosts);
        for (String host : routes.keySet()) {
            if (!host.equals(hosts[slot(host.hashCode())])) {
                others.put(host, routes.get(host));
            }
        }
        width = Arrays.stream(hosts)
                .mapToInt(host -> host == null ? 0 : host.length())
                .max()
                .orElse(0);
        lengths = new byte[slots];
        only = new RouteMatch.Matched[slots];
        byPath = new HostRoutes[slots];
        StringBuilder all = new StringBuilder();
        for (int slot = 0; slot < slots; slot++) {
            String host = hosts[slot];
            HostRoutes of = host == null ? null : routes.get(host);
            lengths[slot] = EMPTY;
            if (of != null) {
                lengths[slot] = (byte) host.length();
                all.append(host);
                boolean whole = of.below().isEmpty();
                only[slot] = whole ? of.root() : null;
                byPath[slot] = whole ? null : of;
            }
            all.setLength((slot + 1) * width);
        }
        names = all.toString();
    }

    private List<List<String>> groups(Iterable<String> hosts) {
        List<List<String>> groups = new ArrayList<>();
        IntStream.range(0, displacements.length).forEach(_ -> groups.add(new ArrayList<>()));
        for (String host : hosts) {
            if (host.length() <= LONGEST) {
                groups.get(group(host.hashCode())).add(host);
            }
        }
        // The large ones first, while there is room.
        groups.sort((a, b) -> b.size() - a.size());
        return groups;
    }

    // A host whose hash another of its group has finds no slot whatever the displacement: it is left out.
    private void place(List<List<String>> groups, @Nullable String[] hosts) {
        for (List<String> group : groups) {
            while (!group.isEmpty() && !placed(group, hosts)) {
                group.removeLast();
            }
        }
    }

    private boolean placed(List<String> group, @Nullable String[] hosts) {
        int own = group(group.getFirst().hashCode());
        for (char displacement = 0; displacement < TRIES; displacement++) {
            displacements[own] = displacement;
            int done = 0;
            while (done < group.size()) {
                String host = group.get(done);
                int slot = slot(host.hashCode());
                if (hosts[slot] != null) {
                    break;
                }
                hosts[slot] = host;
                done++;
            }
            if (done == group.size()) {
                return true;
            }
            group.subList(0, done).forEach(host -> hosts[slot(host.hashCode())] = null);
        }
        return false;
    }

    private int group(int hash) {
        return (hash ^ hash >>> 16) & displacements.length - 1;
    }

    private int slot(int hash) {
        int mixed = (hash ^ displacements[group(hash)] * 0x9e3779b9) * 0x85ebca6b;
        return (int) (Integer.toUnsignedLong(mixed ^ mixed >>> 15) * slots >>> Integer.SIZE);
    }

    /** What answers for a path of this host; null when the host is not known. */
    @Nullable
    RouteMatch match(String host, String path) {
        int slot = slot(host.hashCode());
        if (lengths[slot] == host.length() && names.startsWith(host, slot * width)) {
            RouteMatch.Matched one = only[slot];
            return one != null ? one : byPath(slot, path);
        }
        HostRoutes other = others.get(host);
        return other == null ? null : other.match(path);
    }

    private RouteMatch byPath(int slot, String path) {
        HostRoutes routes = byPath[slot];
        return routes == null ? RouteMatch.NO_SERVICE : routes.match(path);
    }
}
