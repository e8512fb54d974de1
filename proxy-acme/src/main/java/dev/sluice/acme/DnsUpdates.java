package dev.sluice.acme;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/** Makes and removes records by updates to a name server (RFC 2136), signed with a shared key (RFC 8945). */
final class DnsUpdates implements DnsProvider {
    private static final int PORT = 53;
    private static final long TTL_SECONDS = 60;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String server;
    private final String key;

    DnsUpdates(DnsOptions options) {
        this.server = options.server();
        this.key = options.key();
    }

    @Override
    public void present(String name, String value) throws OrderFailed {
        update(name, value, true);
    }

    @Override
    public void remove(String name, String value) throws OrderFailed {
        update(name, value, false);
    }

    private void update(String name, String value, boolean add) throws OrderFailed {
        try {
            SimpleResolver resolver = resolver();
            Name owner = Name.fromString(name, Name.root);
            Update update = new Update(zone(resolver, owner));
            TXTRecord record = new TXTRecord(owner, DClass.IN, TTL_SECONDS, value);
            if (add) {
                update.add(record);
            } else {
                update.delete(record);
            }
            Message answer = resolver.send(update);
            if (answer.getRcode() != Rcode.NOERROR) {
                throw refused("the update of " + name, answer.getRcode());
            }
        } catch (IOException | IllegalArgumentException e) {
            throw OrderFailed.because("the name server " + server + " cannot be updated: " + e.getMessage());
        }
    }

    private OrderFailed refused(String what, int code) {
        return OrderFailed.because("the name server " + server + " refuses " + what + ": " + Rcode.string(code));
    }

    private SimpleResolver resolver() throws IOException {
        SimpleResolver resolver = new SimpleResolver(address(server));
        resolver.setTimeout(PATIENCE);
        TSIG signature = signature();
        if (signature != null) {
            resolver.setTSIGKey(signature);
        }
        return resolver;
    }

    static InetSocketAddress address(String server) {
        int colon = server.lastIndexOf(':');
        boolean port = colon > 0 && (server.indexOf(':') == colon || server.charAt(colon - 1) == ']');
        String host = port ? server.substring(0, colon) : server;
        return new InetSocketAddress(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                port ? Integer.parseInt(server.substring(colon + 1)) : PORT);
    }

    private @Nullable TSIG signature() throws TextParseException {
        if (key.isEmpty()) {
            return null;
        }
        String[] parts = key.split(":", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException(
                    "the key is not ALGORITHM:NAME:SECRET, such as hmac-sha256:sluice:c2VjcmV0");
        }
        return new TSIG(
                Name.fromString(parts[0], Name.root),
                Name.fromString(parts[1], Name.root),
                Base64.getDecoder().decode(parts[2]));
    }

    // The zone is the nearest name above that has an SOA record at the server.
    private Name zone(SimpleResolver resolver, Name owner) throws IOException, OrderFailed {
        for (int labels = 1; labels < owner.labels(); labels++) {
            Name name = new Name(owner, labels);
            Message answer = resolver.send(Message.newQuery(Record.newRecord(name, Type.SOA, DClass.IN)));
            int code = answer.getRcode();
            if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
                throw refused("the question for the zone of " + owner, code);
            }
            for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
                for (Record record : answer.getSection(section)) {
                    if (record instanceof SOARecord soa && owner.subdomain(soa.getName())) {
                        return soa.getName();
                    }
                }
            }
        }
        throw OrderFailed.because("the name server has no zone for " + owner);
    }
}
