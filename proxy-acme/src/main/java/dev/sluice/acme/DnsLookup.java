package dev.sluice.acme;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** Looks where a record belongs, and whether all servers of its zone have it. Blocking. */
final class DnsLookup {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration PROPAGATION = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int MOST_ALIASES = 8;

    private final String resolver;

    /**
     * @param resolver {@code host:port}; empty for the system's
     */
    DnsLookup(String resolver) {
        this.resolver = resolver;
    }

    private Resolver resolver() throws IOException {
        Resolver made = resolver.isEmpty() ? new ExtendedResolver() : new SimpleResolver(DnsUpdates.address(resolver));
        made.setTimeout(PATIENCE);
        return made;
    }

    /** Follows aliases from a name to where a record has to be made. */
    String target(String name) throws OrderFailed {
        try {
            Name target = Name.fromString(name, Name.root);
            Resolver asked = resolver();
            for (int alias = 0; alias < MOST_ALIASES; alias++) {
                Name next = null;
                for (Record record : answers(asked, target, Type.CNAME)) {
                    if (record instanceof CNAMERecord cname && cname.getName().equals(target)) {
                        next = cname.getTarget();
                    }
                }
                if (next == null) {
                    return target.toString();
                }
                target = next;
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
            try {
                Name owner = Name.fromString(name, Name.root);
                missing = "";
                for (Resolver server : servers(owner)) {
                    if (!has(server, owner, value)) {
                        missing = server.toString();
                    }
                }
                if (missing.isEmpty()) {
                    return;
                }
            } catch (IOException e) {
                missing = e.toString();
            }
            Thread.sleep(PAUSE);
        }
        throw OrderFailed.because("the TXT record " + name + " did not appear at its name servers within "
                + PROPAGATION.toMinutes() + " minutes (" + missing + ")");
    }

    // Those that the nearest delegation above names. Where none can be found, the resolver speaks for them.
    private List<Resolver> servers(Name owner) throws IOException {
        Resolver asked = resolver();
        for (int labels = 0; labels < owner.labels() - 1; labels++) {
            Name zone = labels == 0 ? owner : new Name(owner, labels);
            List<Resolver> servers = new ArrayList<>();
            for (Record record : answers(asked, zone, Type.NS)) {
                if (record instanceof NSRecord ns && ns.getName().equals(zone)) {
                    for (InetAddress address : addresses(asked, ns.getTarget())) {
                        SimpleResolver server = new SimpleResolver(new InetSocketAddress(address, 53));
                        server.setTimeout(PATIENCE);
                        servers.add(server);
                    }
                }
            }
            if (!servers.isEmpty()) {
                return servers;
            }
        }
        return List.of(asked);
    }

    private static List<InetAddress> addresses(Resolver asked, Name host) throws IOException {
        List<InetAddress> addresses = new ArrayList<>();
        for (Record record : answers(asked, host, Type.A)) {
            if (record instanceof ARecord a) {
                addresses.add(a.getAddress());
            }
        }
        if (addresses.isEmpty()) {
            for (Record record : answers(asked, host, Type.AAAA)) {
                if (record instanceof AAAARecord aaaa) {
                    addresses.add(aaaa.getAddress());
                }
            }
        }
        return addresses;
    }

    private static boolean has(Resolver server, Name owner, String value) throws IOException {
        for (Record record : answers(server, owner, Type.TXT)) {
            if (record instanceof TXTRecord text
                    && String.join("", text.getStrings()).equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static List<Record> answers(Resolver asked, Name name, int type) throws IOException {
        Message answer = asked.send(Message.newQuery(Record.newRecord(name, type, DClass.IN)));
        return answer.getSection(Section.ANSWER);
    }
}
