package dev.sluice.acme;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The names of one certificate: one host, or a wildcard with the name that it is below, where both are served.
 *
 * @param names in lower case and ASCII, IP addresses without brackets; the one that the certificate is known by first
 */
record NameSet(List<String> names) {
    private static final String WILDCARD = "*.";

    static NameSet of(String name) {
        return new NameSet(List.of(name));
    }

    /** The certificates that these hosts need. */
    static List<NameSet> cover(Collection<String> hosts) {
        Set<String> left = new LinkedHashSet<>(hosts);
        List<NameSet> sets = new ArrayList<>();
        for (String host : hosts) {
            if (host.startsWith(WILDCARD)) {
                left.remove(host);
                String apex = host.substring(WILDCARD.length());
                sets.add(new NameSet(left.remove(apex) ? List.of(host, apex) : List.of(host)));
            }
        }
        left.forEach(host -> sets.add(of(host)));
        return sets;
    }

    /** Under which the certificate is stored: the host as kamal-proxy names its files, which have no wildcards. */
    String file() {
        String first = names.getFirst();
        return first.startsWith(WILDCARD) ? "_wildcard" + first.substring(1) : first;
    }

    /** The names without asterisks, each once. */
    List<String> domains() {
        return names.stream()
                .map(name -> name.startsWith(WILDCARD) ? name.substring(WILDCARD.length()) : name)
                .distinct()
                .toList();
    }

    boolean wildcard() {
        return names.stream().anyMatch(n -> n.startsWith(WILDCARD));
    }

    @Override
    public String toString() {
        return String.join(",", names);
    }
}
