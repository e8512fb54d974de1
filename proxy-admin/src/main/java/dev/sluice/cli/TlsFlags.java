package dev.sluice.cli;

import dev.sluice.service.CertificateFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.Model.OptionSpec;

/** The flags of {@code deploy} about TLS. Paths are the daemon's and sent as they are. */
final class TlsFlags {
    static final String CERTIFICATE = "tls-certificate-path";
    static final String KEY = "tls-private-key-path";

    private static final String DIRECTORY = "tls-acme-directory";

    private TlsFlags() {}

    static FlagGroup group(Session session) {
        List<OptionSpec> flags = new ArrayList<>(List.of(
                FlagSpecs.bool("tls", false, "Serve over TLS, with an automatic certificate unless one is given"),
                FlagSpecs.bool("tls-redirect", true, "Redirect HTTP to HTTPS when TLS is on"),
                paths(session, CERTIFICATE, "PEM file of your own certificate and its chain"),
                paths(session, KEY, "PEM file of its private key"),
                FlagSpecs.string(
                        "tls-on-demand-url", "", "Path or URL that is asked whether a host may get a certificate"),
                FlagSpecs.bool("tls-staging", false, "Get certificates from Let's Encrypt's staging environment"),
                FlagSpecs.string(
                        "tls-acme-cache-path",
                        session.paths().certificates().toString(),
                        "Directory where automatic certificates are kept")));
        if (session.sluice()) {
            flags.add(FlagSpecs.string(
                    DIRECTORY, "", "Directory URL of the authority to get certificates from (empty for the server's)"));
        }
        return new FlagGroup("TLS", flags);
    }

    // kamal-proxy knows one certificate for a service, and takes a comma for a part of its path.
    private static OptionSpec paths(Session session, String name, String description) {
        return session.sluice()
                ? FlagSpecs.strings(name, description + "; may be repeated")
                : FlagSpecs.string(name, "", description);
    }

    /** The certificates that are given, each with its key. */
    static List<CertificateFiles> certificates(Flags flags) {
        List<String> chains = all(flags, CERTIFICATE);
        List<String> keys = all(flags, KEY);
        return IntStream.range(0, Math.min(chains.size(), keys.size()))
                .mapToObj(i -> new CertificateFiles(chains.get(i), keys.get(i)))
                .toList();
    }

    /** Refuses certificates without a key each. */
    static void check(Flags flags) throws CommandFailed {
        int chains = all(flags, CERTIFICATE).size();
        int keys = all(flags, KEY).size();
        // One without the other is for the rule that kamal-proxy has.
        if (chains > 0 && keys > 0 && chains != keys) {
            throw new CommandFailed("--" + CERTIFICATE + " names " + chains + " files and --" + KEY + " " + keys
                    + "; each certificate needs its key, in the same order");
        }
    }

    private static List<String> all(Flags flags, String name) {
        List<String> several = flags.strings(name);
        return several.isEmpty() && !flags.text(name).isEmpty() ? List.of(flags.text(name)) : several;
    }

    static void addTo(Map<String, Object> fields, Flags flags, Session session) {
        if (session.sluice() && !flags.string(DIRECTORY).isEmpty()) {
            fields.put("tls_acme_directory", flags.string(DIRECTORY));
        }
        fields.put("tls", flags.bool("tls"));
        fields.put("tls_redirect", flags.bool("tls-redirect"));
        List<CertificateFiles> certificates = certificates(flags);
        fields.put("tls_certificate_path", flags.text(CERTIFICATE));
        fields.put("tls_private_key_path", flags.text(KEY));
        if (certificates.size() > 1) {
            fields.put(
                    "tls_certificate_paths",
                    certificates.stream().map(CertificateFiles::chain).toList());
            fields.put(
                    "tls_private_key_paths",
                    certificates.stream().map(CertificateFiles::key).toList());
        }
        fields.put("tls_on_demand_url", flags.string("tls-on-demand-url"));
        fields.put("tls_staging", flags.bool("tls-staging"));
        fields.put("tls_acme_cache_path", flags.string("tls-acme-cache-path"));
    }
}
