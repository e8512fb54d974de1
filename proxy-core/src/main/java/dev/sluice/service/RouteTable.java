package dev.sluice.service;

import dev.sluice.http.HostName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which service answers for a host and a path: an immutable map that event loops read without any lock. The exact host
 * comes first, then the wildcard of one label, then the services without a host; the first of these that exists
 * decides, there is no falling through to the next. Within it the longest prefix on a segment boundary wins.
 */
public final class RouteTable {
    public static final RouteTable EMPTY = new RouteTable(new TreeMap<>());

    private static final String ROOT = "/";

    private final SequencedMap<String, Service> services;
    // By host in lower case; wildcards by their suffix with the dot.
    private final HostTable exact;
    private final HostTable wildcards;
    private final @Nullable HostRoutes anyHost;
    private final @Nullable String defaultTlsHost;
    // By the path that load balancers ask; of several services the first.
    private final Map<String, Service> balancerPaths = new HashMap<>();

    private RouteTable(SequencedMap<String, Service> byName) {
        this.services = byName;
        Map<String, List<RouteMatch.Matched>> bindings = new HashMap<>();
        String tlsHost = null;
        for (Service service : byName.values()) {
            for (String host : service.options().hosts()) {
                for (String prefix : service.options().pathPrefixes()) {
                    bindings.computeIfAbsent(key(host), _ -> new ArrayList<>())
                            .add(new RouteMatch.Matched(service, prefix));
                }
            }
            String balancerPath = service.targetOptions().delivery().balancerPath();
            if (!balancerPath.isEmpty()) {
                balancerPaths.putIfAbsent(balancerPath, service);
            }
            String first = service.options().hosts().getFirst();
            if (tlsHost == null && service.options().tls().enabled() && !first.isEmpty()) {
                tlsHost = first;
            }
        }
        this.defaultTlsHost = tlsHost;
        Map<String, HostRoutes> named = new HashMap<>();
        Map<String, HostRoutes> suffixes = new HashMap<>();
        bindings.forEach((host, matches) -> {
            boolean wild = host.startsWith("*.");
            (wild ? suffixes : named).put(wild ? host.substring(1) : host, HostRoutes.of(matches));
        });
        this.anyHost = named.remove("");
        this.exact = new HostTable(named);
        this.wildcards = new HostTable(suffixes);
    }

    /** Makes the table of these services; path services take over TLS from the root of their first host. */
    static RouteTable of(Collection<Service> services) {
        SequencedMap<String, Service> byName = new TreeMap<>();
        services.forEach(s -> byName.put(s.name(), s));
        RouteTable raw = new RouteTable(byName);
        if (byName.values().stream().allMatch(service -> service.options().servesRoot())) {
            return raw;
        }
        SequencedMap<String, Service> inherited = new TreeMap<>();
        for (Service service : byName.values()) {
            inherited.put(service.name(), service.options().servesRoot() ? service : raw.inheriting(service));
        }
        return new RouteTable(inherited);
    }

    private Service inheriting(Service service) {
        String firstHost = key(service.options().hosts().getFirst());
        RouteMatch own = exact.match(firstHost, ROOT);
        RouteMatch root = own instanceof RouteMatch.Matched ? own : matchRootElsewhere(firstHost);
        if (root instanceof RouteMatch.Matched(Service owner, String _)) {
            TlsOptions tls = owner.options().tls();
            return service.withTls(tls.enabled(), tls.redirect());
        }
        return service.withTls(false, true);
    }

    // The services under a path are themselves bound to the host; its TLS may come from a wildcard's root.
    private @Nullable RouteMatch matchRootElsewhere(String host) {
        if (host.startsWith("*.")) {
            return wildcards.match(host.substring(1), ROOT);
        }
        RouteMatch wild = matchWildcard(host, ROOT);
        return wild == null && host.isEmpty() && anyHost != null ? anyHost.match(ROOT) : wild;
    }

    /**
     * Finds the service for a request. On an event loop.
     *
     * @param host normalised by {@link HostName}
     * @param path percent-decoded, without the query
     */
    public RouteMatch match(String host, String path) {
        RouteMatch found = exact.match(host, path);
        if (found == null) {
            found = matchWildcard(host, path);
        }
        if (found == null && anyHost != null) {
            found = anyHost.match(path);
        }
        return found == null ? RouteMatch.NO_SERVICE : found;
    }

    private @Nullable RouteMatch matchWildcard(String host, String path) {
        int dot = host.indexOf('.');
        return dot > 0 ? wildcards.match(host.substring(dot), path) : null;
    }

    /**
     * The service whose health is asked for at this path, or null for none: that of the host when it has the path, else
     * any other that has. On an event loop.
     */
    public @Nullable Service balancerService(String host, String path) {
        Service any = balancerPaths.isEmpty() ? null : balancerPaths.get(path);
        return any != null
                        && match(host, path) instanceof RouteMatch.Matched(Service service, String _)
                        && service.targetOptions().delivery().balancerPath().equals(path)
                ? service
                : any;
    }

    /** The service whose certificate answers for a server name, or null when none does. */
    public @Nullable Service tlsService(String serverName) {
        return match(serverName, "/") instanceof RouteMatch.Matched(Service service, String _)
                        && service.options().tls().enabled()
                ? service
                : null;
    }

    /** The server name that is assumed for clients that send none; null without any TLS host. */
    public @Nullable String defaultTlsHost() {
        return defaultTlsHost;
    }

    /** All services in the order of their names. */
    public Collection<Service> services() {
        return services.values();
    }

    public @Nullable Service find(String name) {
        return services.get(name);
    }

    /** The service of another name that already owns one of these hosts and prefixes, or null. */
    @Nullable
    Service conflict(String name, ServiceOptions normalised) {
        for (String host : normalised.hosts()) {
            for (Service other : services.values()) {
                if (!other.name().equals(name)
                        && other.options().hosts().stream().anyMatch(h -> key(h).equals(key(host)))
                        && other.options().pathPrefixes().stream().anyMatch(normalised.pathPrefixes()::contains)) {
                    return other;
                }
            }
        }
        return null;
    }

    private static String key(String host) {
        return HostName.normalise(host);
    }
}
