package dev.sluice.acme;

import java.io.IOException;

/** Makes and removes records by updates to a name server (RFC 2136), signed with a shared key. */
final class DnsUpdates implements DnsProvider {
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
            DnsClient client = DnsClient.of(server);
            DnsKey signature = key.isEmpty() ? null : DnsKey.parse(key);
            DnsAnswer answer = client.update(zone(client, name), name, value, add, signature);
            if (answer.code() != DnsAnswer.NO_ERROR) {
                throw refused("the update of " + name, answer);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw OrderFailed.because("the name server " + server + " cannot be updated: " + e.getMessage());
        }
    }

    private OrderFailed refused(String what, DnsAnswer answer) {
        return OrderFailed.because("the name server " + server + " refuses " + what + ": " + answer.codeName());
    }

    // The nearest name above that has an SOA record at the server. One without it is answered with that of its zone.
    private String zone(DnsClient client, String owner) throws IOException, OrderFailed {
        for (String name = owner; name.indexOf('.') < name.length() - 1; name = DnsLookup.parent(name)) {
            DnsAnswer answer = client.ask(name, DnsRecord.SOA);
            if (answer.code() != DnsAnswer.NO_ERROR && answer.code() != DnsAnswer.NO_SUCH_NAME) {
                throw refused("the question for the zone of " + owner, answer);
            }
            for (DnsRecord record : answer.answers().isEmpty() ? answer.authorities() : answer.answers()) {
                if (record.type() == DnsRecord.SOA && ("." + owner).endsWith("." + record.name())) {
                    return record.name();
                }
            }
        }
        throw OrderFailed.because("the name server " + server + " has no zone for " + owner);
    }
}
