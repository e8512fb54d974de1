package dev.sluice.cli;

import dev.sluice.acme.AcmeOptions;
import dev.sluice.acme.DnsOptions;
import dev.sluice.acme.OnDemandCertificates;
import dev.sluice.service.GoDuration;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The flags of {@code run} about certificate authorities. They are Sluice's own; under the name kamal-proxy the
 * environment says the same.
 */
final class AcmeFlags {
    private static final String DIRECTORY = "acme-directory";
    private static final String ROOT = "acme-root";
    private static final String EMAIL = "acme-email";
    private static final String EAB_KEY_ID = "acme-eab-kid";
    private static final String EAB_HMAC = "acme-eab-hmac";
    private static final String PROFILE = "acme-profile";
    private static final String DEPLOY_WAIT = "acme-deploy-wait";
    private static final String DNS_HOOK = "acme-dns-hook";
    private static final String DNS_SERVER = "acme-dns-server";
    private static final String DNS_KEY = "acme-dns-key";
    private static final String DNS_RESOLVER = "acme-dns-resolver";
    private static final String DNS_PERSIST = "acme-dns-persist";
    private static final String ON_DEMAND_KEEP = "tls-on-demand-keep";

    private AcmeFlags() {}

    static List<OptionSpec> specs(Session session) {
        return List.of(
                text(
                        session,
                        DIRECTORY,
                        "Directory URLs of certificate authorities, tried in order (empty for Let's Encrypt)"),
                text(session, ROOT, "PEM file of roots to trust an authority by"),
                text(session, EMAIL, "Where authorities may write to"),
                text(session, EAB_KEY_ID, "Key identifier for authorities that bind accounts to customers"),
                text(session, EAB_HMAC, "The HMAC key of that, in base64url"),
                text(session, PROFILE, "Certificate profile, such as shortlived, where the authority has it"),
                FlagSpecs.duration(
                        DEPLOY_WAIT,
                        duration(session, DEPLOY_WAIT, AcmeOptions.DEFAULT_DEPLOY_WAIT),
                        "How long a deploy waits for its certificates [ACME_DEPLOY_WAIT]"),
                text(session, DNS_HOOK, "Command that proves names by DNS: HOOK present|cleanup NAME VALUE"),
                text(session, DNS_SERVER, "Name server, host:port, that takes updates by RFC 2136 to prove names"),
                text(session, DNS_KEY, "Key that signs these updates: ALGORITHM:NAME:SECRET"),
                text(session, DNS_RESOLVER, "Name server, host:port, to ask where DNS records belong"),
                FlagSpecs.bool(
                        DNS_PERSIST,
                        persist(session),
                        "Prove names by DNS records that you make once, as list tells [ACME_DNS_PERSIST]"),
                FlagSpecs.duration(
                        ON_DEMAND_KEEP,
                        duration(session, ON_DEMAND_KEEP, OnDemandCertificates.ALLOWED),
                        "How long a host allowed by an on-demand check is not asked for again [TLS_ON_DEMAND_KEEP]"));
    }

    private static OptionSpec text(Session session, String flag, String description) {
        return FlagSpecs.string(flag, variable(session, flag), description + " [" + environmentName(flag) + "]");
    }

    static AcmeOptions options(Flags flags) throws CommandFailed {
        return options(
                flags::string, flags.bool(DNS_PERSIST), flags.duration(DEPLOY_WAIT), flags.duration(ON_DEMAND_KEEP));
    }

    static AcmeOptions fromEnvironment(Session session) throws CommandFailed {
        return options(
                flag -> variable(session, flag),
                persist(session),
                GoDuration.parse(duration(session, DEPLOY_WAIT, AcmeOptions.DEFAULT_DEPLOY_WAIT)),
                GoDuration.parse(duration(session, ON_DEMAND_KEEP, OnDemandCertificates.ALLOWED)));
    }

    @FunctionalInterface
    private interface Values {
        String of(String flag);
    }

    private static AcmeOptions options(Values values, boolean persist, Duration deployWait, Duration onDemandKeep)
            throws CommandFailed {
        if (onDemandKeep.isNegative()) {
            throw new CommandFailed("--" + ON_DEMAND_KEEP + ": a time cannot be negative");
        }
        return new AcmeOptions(
                directories(values.of(DIRECTORY)),
                values.of(ROOT),
                values.of(EMAIL),
                values.of(EAB_KEY_ID),
                values.of(EAB_HMAC),
                values.of(PROFILE),
                deployWait,
                new DnsOptions(
                        values.of(DNS_HOOK),
                        values.of(DNS_SERVER),
                        values.of(DNS_KEY),
                        values.of(DNS_RESOLVER),
                        persist),
                onDemandKeep);
    }

    private static List<String> directories(String given) throws CommandFailed {
        if (given.isEmpty()) {
            return AcmeOptions.DEFAULT.directories();
        }
        List<String> directories = List.of(given.split("[, ]+"));
        for (String directory : directories) {
            requireUrl("--" + DIRECTORY, directory);
        }
        return directories;
    }

    /** Refuses what is no URL of an authority. */
    static void requireUrl(String flag, String directory) throws CommandFailed {
        @Nullable String scheme;
        @Nullable String host;
        try {
            URI uri = URI.create(directory);
            scheme = uri.getScheme();
            host = uri.getHost();
        } catch (IllegalArgumentException e) {
            scheme = null;
            host = null;
        }
        if (host == null || !("https".equals(scheme) || "http".equals(scheme))) {
            throw new CommandFailed(
                    flag + ": \"" + directory + "\" is no URL such as https://ca.example.com/directory");
        }
    }

    private static String duration(Session session, String flag, Duration otherwise) {
        String given = variable(session, flag);
        try {
            return GoDuration.format(GoDuration.parse(given));
        } catch (IllegalArgumentException e) {
            return GoDuration.format(otherwise);
        }
    }

    private static boolean persist(Session session) {
        try {
            return GoValues.bool(variable(session, DNS_PERSIST));
        } catch (IllegalArgumentException e) {
            return false; // nothing, or nothing that reads as its type, as with all variables
        }
    }

    private static String variable(Session session, String flag) {
        String value = RunCommand.variable(session, environmentName(flag));
        return value == null ? "" : value;
    }

    private static String environmentName(String flag) {
        return flag.toUpperCase(java.util.Locale.ROOT).replace('-', '_');
    }
}
