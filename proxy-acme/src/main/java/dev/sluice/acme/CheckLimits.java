package dev.sluice.acme;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many on-demand checks may be made: in all, for one registered domain, and for one client, at the same time and
 * within a minute. Counts nothing but checks that are made, so its memory is bounded by the first of these limits.
 * Thread-safe; holds its lock for a few lookups.
 */
final class CheckLimits {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    // Minutes follow one another, so in the worst case twice as many fall into one.
    private static final int ALL = 90;
    private static final int PER_APEX = 30;
    private static final int PER_CLIENT = 20;
    private static final int ALL_AT_ONCE = 32;
    private static final int PER_KEY_AT_ONCE = 8;

    private final LongSupplier clock;
    private final Map<String, Integer> made = new HashMap<>();
    private final Map<String, Integer> running = new HashMap<>();
    private long since;
    private int all;
    private int allRunning;

    /**
     * @param clock nanoseconds
     */
    CheckLimits(LongSupplier clock) {
        this.clock = clock;
        this.since = clock.getAsLong();
    }

    /** What a check counts for. */
    record Ticket(String apex, String client) {

        static Ticket of(String host, @Nullable InetAddress client) {
            return new Ticket("apex " + OnDemandNames.apex(host), "client " + (client == null ? "" : network(client)));
        }

        // An IPv6 client has a whole /64 to come from.
        private static String network(InetAddress client) {
            byte[] address = client.getAddress();
            return HexFormat.of().formatHex(address.length == 4 ? address : Arrays.copyOf(address, 8));
        }
    }

    /** Whether one more check may be made; then {@link #leave} is owed. */
    synchronized boolean enter(Ticket ticket) {
        long now = clock.getAsLong();
        if (now - since >= MINUTE) {
            since = now;
            all = 0;
            made.clear();
        }
        if (all >= ALL
                || allRunning >= ALL_AT_ONCE
                || count(made, ticket.apex()) >= PER_APEX
                || count(made, ticket.client()) >= PER_CLIENT
                || count(running, ticket.apex()) >= PER_KEY_AT_ONCE
                || count(running, ticket.client()) >= PER_KEY_AT_ONCE) {
            return false;
        }
        all++;
        allRunning++;
        made.merge(ticket.apex(), 1, Integer::sum);
        made.merge(ticket.client(), 1, Integer::sum);
        running.merge(ticket.apex(), 1, Integer::sum);
        running.merge(ticket.client(), 1, Integer::sum);
        return true;
    }

    synchronized void leave(Ticket ticket) {
        allRunning--;
        running.computeIfPresent(ticket.apex(), (_, n) -> n == 1 ? null : n - 1);
        running.computeIfPresent(ticket.client(), (_, n) -> n == 1 ? null : n - 1);
    }

    private static int count(Map<String, Integer> counts, String key) {
        return counts.getOrDefault(key, 0);
    }
}
