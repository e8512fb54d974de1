package dev.sluice.acme;

/**
 * How DNS records are made that prove names (RFC 8555 8.4). At most one of hook and server is used; the hook wins.
 *
 * @param hook a command, called as {@code hook present|cleanup NAME VALUE}; empty for none
 * @param server {@code host} or {@code host:port} of a name server that takes updates (RFC 2136); empty for none
 * @param key {@code algorithm:name:secret} that signs the updates (RFC 8945), the secret in base64; empty for none
 * @param resolver {@code host:port} that is asked where records belong; empty for the system's
 * @param persistent whether the operator makes records that prove names for good, wildcards among them; such records
 *     are heeded in any case
 */
public record DnsOptions(String hook, String server, String key, String resolver, boolean persistent) {
    public static final DnsOptions NONE = new DnsOptions("", "", "", "");

    /** Without records that the operator makes. */
    public DnsOptions(String hook, String server, String key, String resolver) {
        this(hook, server, key, resolver, false);
    }

    /** Whether records are made here. */
    boolean configured() {
        return !hook.isEmpty() || !server.isEmpty();
    }

    /** Whether wildcards can be proved. */
    boolean wildcards() {
        return configured() || persistent;
    }

    // Records print all they hold; this one holds a secret.
    @Override
    public String toString() {
        return "DnsOptions[hook=" + hook + ", server=" + server + ", resolver=" + resolver + "]";
    }
}
