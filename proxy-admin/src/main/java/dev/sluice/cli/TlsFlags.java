package dev.sluice.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
                FlagSpecs.string(CERTIFICATE, "", "PEM file of your own certificate and its chain"),
                FlagSpecs.string(KEY, "", "PEM file of its private key"),
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

    static void addTo(Map<String, Object> fields, Flags flags, Session session) {
        if (session.sluice() && !flags.string(DIRECTORY).isEmpty()) {
            fields.put("tls_acme_directory", flags.string(DIRECTORY));
        }
        fields.put("tls", flags.bool("tls"));
        fields.put("tls_redirect", flags.bool("tls-redirect"));
        fields.put("tls_certificate_path", flags.string(CERTIFICATE));
        fields.put("tls_private_key_path", flags.string(KEY));
        fields.put("tls_on_demand_url", flags.string("tls-on-demand-url"));
        fields.put("tls_staging", flags.bool("tls-staging"));
        fields.put("tls_acme_cache_path", flags.string("tls-acme-cache-path"));
    }
}
