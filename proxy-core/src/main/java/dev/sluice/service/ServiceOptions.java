package dev.sluice.service;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What holds for a service as a whole: where it is found, and how it is presented. Immutable.
 *
 * @param hosts host names served, {@code *.x} for one label in front of x; {@code [""]} is any host
 * @param pathPrefixes each as {@code /x}; {@code ["/"]} is every path
 * @param stripPrefix whether the matched prefix is removed before forwarding
 * @param canonicalHost requests for another host are redirected here; empty for none
 * @param errorPagePath directory of the operator's error pages, on the daemon's file system; empty for none
 * @param writerAffinityTimeout how long a client's reads follow its last write to the writers; 0 for never
 * @param readTargetsAcceptWebsockets whether WebSocket handshakes may go to read targets
 * @param excludeMetricsPaths exact paths, as the target sees them, left out of the metrics
 * @param clientIpHeader a header whose value replaces X-Forwarded-For; empty for none
 */
public record ServiceOptions(
        List<String> hosts,
        List<String> pathPrefixes,
        boolean stripPrefix,
        TlsOptions tls,
        String canonicalHost,
        String errorPagePath,
        Duration writerAffinityTimeout,
        boolean readTargetsAcceptWebsockets,
        List<String> excludeMetricsPaths,
        String clientIpHeader) {

    public static final ServiceOptions DEFAULT = new ServiceOptions(
            List.of(), List.of(), true, TlsOptions.OFF, "", "", Duration.ofSeconds(1), false, List.of(), "");

    private static final String ROOT = "/";

    public ServiceOptions {
        hosts = List.copyOf(hosts);
        pathPrefixes = List.copyOf(pathPrefixes);
        excludeMetricsPaths = List.copyOf(excludeMetricsPaths);
    }

    /** The same options in the form in which they are stored and compared: no empty lists, prefixes as {@code /x}. */
    public ServiceOptions normalised() {
        List<String> prefixes = new ArrayList<>();
        for (String prefix : pathPrefixes) {
            prefixes.add(normalisedPrefix(prefix));
        }
        return new ServiceOptions(
                hosts.isEmpty() ? List.of("") : hosts,
                prefixes.isEmpty() ? List.of(ROOT) : prefixes,
                stripPrefix,
                tls,
                canonicalHost,
                errorPagePath,
                writerAffinityTimeout,
                readTargetsAcceptWebsockets,
                excludeMetricsPaths,
                clientIpHeader);
    }

    /** The same options with other TLS settings. */
    public ServiceOptions withTls(TlsOptions changed) {
        return new ServiceOptions(
                hosts,
                pathPrefixes,
                stripPrefix,
                changed,
                canonicalHost,
                errorPagePath,
                writerAffinityTimeout,
                readTargetsAcceptWebsockets,
                excludeMetricsPaths,
                clientIpHeader);
    }

    /** Whether this service is bound to the root of its hosts, where TLS is decided. */
    public boolean servesRoot() {
        return pathPrefixes.isEmpty()
                || pathPrefixes.stream().anyMatch(p -> normalisedPrefix(p).equals(ROOT));
    }

    /** Whether every host is named: an empty one stands for any host. */
    public boolean hostsConfigured() {
        return !hosts.isEmpty() && !hosts.contains("");
    }

    /**
     * Refuses options that contradict one another, in kamal-proxy's order and words.
     *
     * @throws InvalidOptions at the first contradiction
     */
    public void validate() throws InvalidOptions {
        boolean onDemand = !tls.onDemandUrl().isEmpty();
        if (onDemand && !tls.enabled()) {
            throw new InvalidOptions("TLS must be enabled to use a TLS on-demand URL");
        }
        if (tls.enabled()) {
            if (onDemand) {
                validateOnDemand();
            } else if (!hostsConfigured()) {
                throw new InvalidOptions("host must be set when using TLS");
            }
            if (!servesRoot()) {
                throw new InvalidOptions("TLS settings must be specified on the root path service");
            }
        }
        if (!canonicalHost.isEmpty()
                && !hosts.isEmpty()
                && !hosts.getFirst().isEmpty()
                && !hosts.contains(canonicalHost)) {
            throw new InvalidOptions("canonical-host '" + canonicalHost + "' must be present in the hosts list: ["
                    + String.join(" ", hosts) + "]");
        }
    }

    private void validateOnDemand() throws InvalidOptions {
        if (hostsConfigured()) {
            throw new InvalidOptions("cannot set hosts when using a TLS on-demand URL");
        }
        if (!tls.certificatePath().isEmpty() || !tls.privateKeyPath().isEmpty()) {
            throw new InvalidOptions("cannot use a custom TLS certificate with a TLS on-demand URL");
        }
        if (!canonicalHost.isEmpty()) {
            throw new InvalidOptions("cannot set a canonical host when using a TLS on-demand URL");
        }
        validateOnDemandUrl(tls.onDemandUrl());
    }

    private static void validateOnDemandUrl(String url) throws InvalidOptions {
        if (url.startsWith("//")) {
            throw new InvalidOptions("tls-on-demand-url must be a path or an absolute http(s) URL");
        }
        if (url.startsWith(ROOT)) {
            return;
        }
        int scheme = url.indexOf(':');
        if (scheme < 0) {
            throw new InvalidOptions(
                    "unable to parse tls-on-demand-url: parse \"" + url + "\": invalid URI for request");
        }
        if (scheme == 0) {
            throw new InvalidOptions(
                    "unable to parse tls-on-demand-url: parse \"" + url + "\": missing protocol scheme");
        }
        String name = url.substring(0, scheme).toLowerCase(Locale.ROOT);
        if (!name.equals("http") && !name.equals("https")) {
            throw new InvalidOptions("unsupported scheme \"" + name + "\" in tls-on-demand-url");
        }
        if (url.length() == scheme + 3 && url.endsWith("://")) {
            throw new InvalidOptions("missing host in tls-on-demand-url");
        }
        try {
            URI parsed = new URI(url);
            if (parsed.getRawAuthority() == null || parsed.getRawAuthority().isEmpty()) {
                throw new InvalidOptions("missing host in tls-on-demand-url");
            }
        } catch (URISyntaxException e) {
            throw new InvalidOptions("unable to parse tls-on-demand-url: parse \"" + url + "\": " + e.getReason());
        }
    }

    private static String normalisedPrefix(String prefix) {
        int from = 0;
        int to = prefix.length();
        while (from < to && prefix.charAt(from) == '/') {
            from++;
        }
        while (to > from && prefix.charAt(to - 1) == '/') {
            to--;
        }
        return ROOT + prefix.substring(from, to);
    }
}
