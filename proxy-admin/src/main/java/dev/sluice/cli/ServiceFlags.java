package dev.sluice.cli;

import dev.sluice.service.InvalidOptions;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import java.util.List;
import java.util.Map;

/** The flags of {@code deploy} that say which requests a service gets, and how it presents itself. */
final class ServiceFlags {
    private ServiceFlags() {}

    static FlagGroup group() {
        return new FlagGroup(
                "Routing",
                List.of(
                        FlagSpecs.strings("host", "Hosts to serve, *.example.com for one level below (empty for any)"),
                        FlagSpecs.strings("path-prefix", "Path prefixes to serve (empty for /)"),
                        FlagSpecs.bool("strip-path-prefix", true, "Remove the path prefix before forwarding"),
                        FlagSpecs.string("canonical-host", "", "Redirect every request to this host"),
                        FlagSpecs.string("error-pages", "", "Directory of error pages, as the daemon sees it")));
    }

    static void addTo(Map<String, Object> fields, Flags flags) {
        fields.put("hosts", flags.strings("host"));
        fields.put("path_prefixes", flags.strings("path-prefix"));
        fields.put("strip_path_prefix", flags.bool("strip-path-prefix"));
        fields.put("canonical_host", flags.string("canonical-host"));
        fields.put("error_pages", flags.string("error-pages"));
    }

    /** Refuses what the daemon would refuse, without asking it. */
    static void validate(Flags flags) throws CommandFailed {
        TlsOptions tls = new TlsOptions(
                flags.bool("tls"),
                flags.bool("tls-redirect"),
                flags.text(TlsFlags.CERTIFICATE),
                flags.text(TlsFlags.KEY),
                flags.string("tls-on-demand-url"),
                "",
                flags.string("tls-acme-cache-path"));
        ServiceOptions options = new ServiceOptions(
                flags.strings("host"),
                flags.strings("path-prefix"),
                flags.bool("strip-path-prefix"),
                tls,
                flags.string("canonical-host"),
                flags.string("error-pages"),
                flags.duration("writer-affinity-timeout"),
                flags.bool("read-target-websockets"),
                flags.strings("exclude-metrics-path"),
                flags.string("client-ip-header"));
        try {
            options.validate();
        } catch (InvalidOptions e) {
            throw new CommandFailed(e.getMessage());
        }
    }
}
