package dev.sluice.acme;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Looks where a record belongs, and whether all servers of its zone have it. Blocking. */
final class DnsLookup {
    private static final Duration PROPAGATION = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int MOST_ALIASES = 8;
    private static final int PORT = 53;

    private final String resolver;

    /**
     * @param resolver {@code host:port}; empty for the system's
     */
    DnsLookup(String resolver) {
        this.resolver = resolver;
    }

    private DnsClient resolver() throws IOException {
        return resolver.isEmpty() ? DnsClient.system() : DnsClient.of(resolver);
    }

    /** The name without its first label. */
    static String parent(String name) {
        return name.substring(name.indexOf('.') + 1);
    }

    /** Follows aliases from a name to where a record has to be made. */
    String target(String name) throws OrderFailed {
        try {
            String target = name.toLowerCase(Locale.ROOT);
            DnsClient asked = resolver();
            for (int alias = 0; alias < MOST_ALIASES; alias++) {
                List<String> next = texts(asked, target, DnsRecord.CNAME);
                if (next.isEmpty()) {
                    return target;
                }
                target = next.getFirst();
            }
            throw OrderFailed.because("the aliases of " + name + " do not end");
        } catch (IOException e) {
            throw OrderFailed.because("DNS cannot be asked for " + name + ": " + e.getMessage());
        }
    }

    /** Waits until each server of the zone has this value. */
    void awaitText(String name, String value) throws OrderFailed, InterruptedException {
        long end = System.nanoTime() + PROPAGATION.toNanos();
        String missing = "";
        while (System.nanoTime() < end) {
            missing = missing(name, value::equals);
            if (missing.isEmpty()) {
                return;
            }
            Thread.sleep(PAUSE);
        }
        throw OrderFailed.because("the TXT record " + name + " did not appear within " + PROPAGATION.toMinutes()
                + " minutes at: " + missing);
    }

    /** Whether each server of the zone has such a text under the name, or under what that is an alias of. */
    boolean everywhere(String name, Predicate<String> text) {
        try {
            return missing(target(name), text).isEmpty();
        } catch (OrderFailed e) {
            // Whoever cannot be asked has not said so.
            return false;
        }
    }

    private String missing(String name, Predicate<String> text) {
        try {
            for (DnsClient server : servers(name)) {
                if (texts(server, name, DnsRecord.TXT).stream().noneMatch(text)) {
                    return server.toString();
                }
            }
            return "";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    // Those that the nearest delegation above names. Where none can be found, the resolver speaks for them.
    private List<DnsClient> servers(String owner) throws IOException {
        DnsClient asked = resolver();
        for (String zone = owner; zone.indexOf('.') < zone.length() - 1; zone = parent(zone)) {
            List<DnsClient> servers = new ArrayList<>();
            for (String server : texts(asked, zone, DnsRecord.NS)) {
                List<String> addresses = texts(asked, server, DnsRecord.A);
                for (String address : addresses.isEmpty() ? texts(asked, server, DnsRecord.AAAA) : addresses) {
                    servers.add(new DnsClient(new InetSocketAddress(address, PORT)));
                }
            }
            if (!servers.isEmpty()) {
                return servers;
            }
        }
        return List.of(asked);
    }

    private static List<String> texts(DnsClient asked, String name, int type) throws IOException {
        return asked.ask(name, type).answers().stream()
                .filter(record -> record.type() == type && record.name().equals(name))
                .map(DnsRecord::text)
                .toList();
    }
}
