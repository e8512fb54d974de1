package dev.sluice.service;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What answers for one host.
 *
 * @param below the prefixes under the root, the longest first
 * @param root null when none serves the root
 */
record HostRoutes(List<RouteMatch.Matched> below, RouteMatch.@Nullable Matched root) {

    static HostRoutes of(List<RouteMatch.Matched> routes) {
        List<RouteMatch.Matched> below = routes.stream()
                .filter(route -> route.prefix().length() > 1)
                .sorted(Comparator.comparingInt(
                                (RouteMatch.Matched route) -> route.prefix().length())
                        .reversed())
                .toList();
        RouteMatch.Matched root = routes.stream()
                .filter(route -> route.prefix().length() == 1)
                .findFirst()
                .orElse(null);
        return new HostRoutes(below.isEmpty() ? List.of() : below, root);
    }

    /** The longest prefix on a segment boundary. */
    RouteMatch match(String path) {
        // By index: an iterator for every request would be garbage.
        for (int i = 0; i < below.size(); i++) {
            String prefix = below.get(i).prefix();
            if (path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/')) {
                return below.get(i);
            }
        }
        return root == null ? RouteMatch.NO_SERVICE : root;
    }
}
