package dev.sluice.service;

/**
 * How a service is served over TLS. Paths are the daemon's.
 *
 * @param enabled serve over TLS
 * @param redirect answer plain HTTP with a redirect to https
 * @param certificatePath PEM chain; empty means automatic certificates
 * @param privateKeyPath PEM key; empty means automatic certificates
 * @param onDemandUrl asked whether a host may get a certificate; empty means the hosts are listed
 * @param acmeDirectory directory URL of the certificate authority; empty means the default one
 * @param acmeCachePath where automatic certificates are kept
 */
public record TlsOptions(
        boolean enabled,
        boolean redirect,
        String certificatePath,
        String privateKeyPath,
        String onDemandUrl,
        String acmeDirectory,
        String acmeCachePath) {

    public static final TlsOptions OFF = new TlsOptions(false, true, "", "", "", "", "");

    /** Let's Encrypt's directory for tries, which {@code --tls-staging} chooses. */
    public static final String STAGING_DIRECTORY = "https://acme-staging-v02.api.letsencrypt.org/directory";

    /** Whether the operator brings the certificate, rather than an ACME authority. */
    public boolean custom() {
        return !certificatePath.isEmpty() && !privateKeyPath.isEmpty();
    }

    /** The same options with what a path service takes over from the service at the root of its host. */
    public TlsOptions inheriting(boolean enabled, boolean redirect) {
        return new TlsOptions(
                enabled, redirect, certificatePath, privateKeyPath, onDemandUrl, acmeDirectory, acmeCachePath);
    }
}
