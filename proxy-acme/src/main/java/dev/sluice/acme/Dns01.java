package dev.sluice.acme;

import dev.sluice.observe.Events;

/**
 * Proves names by TXT records (RFC 8555 8.4): makes the record where it belongs, waits until the zone's servers have it,
 * and removes it, whatever came of the order. Blocking.
 */
final class Dns01 {
    private final DnsProvider provider;
    private final DnsLookup lookup;

    Dns01(DnsOptions options) {
        lookup = new DnsLookup(options.resolver());
        provider = options.hook().isEmpty() ? new DnsUpdates(options) : new DnsHook(options.hook());
    }

    /**
     * @param challengeName {@code _acme-challenge.<name>.}; where it is an alias, the record is made at its target
     */
    Proofs.Proof publish(String challengeName, String value) throws OrderFailed, InterruptedException {
        String name = lookup.target(challengeName);
        Record record = new Record(name, value);
        try {
            provider.present(name, value);
        } catch (OrderFailed | InterruptedException e) {
            // It may be there all the same.
            record.withdraw();
            throw e;
        }
        return record;
    }

    private final class Record implements Proofs.Proof {
        private final String name;
        private final String value;

        Record(String name, String value) {
            this.name = name;
            this.value = value;
        }

        @Override
        public void await() throws OrderFailed, InterruptedException {
            lookup.awaitText(name, value);
        }

        @Override
        public void withdraw() {
            try {
                provider.remove(name, value);
            } catch (OrderFailed e) {
                Events.warn("DNS record was not removed", "record", name, "value", value, "error", e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
