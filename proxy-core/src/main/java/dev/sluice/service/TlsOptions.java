package dev.sluice.service;

import java.util.ArrayList;
import java.util.List;

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
 * @param furtherCertificates the operator's certificates besides the first one
 */
public record TlsOptions(
        boolean enabled,
        boolean redirect,
        String certificatePath,
        String privateKeyPath,
        String onDemandUrl,
        String acmeDirectory,
        String acmeCachePath,
        List<CertificateFiles> furtherCertificates) {

    public static final TlsOptions OFF = new TlsOptions(false, true, "", "", "", "", "");

    public TlsOptions {
        furtherCertificates = List.copyOf(furtherCertificates);
    }

    /** Options with one certificate of the operator's at most. */
    public TlsOptions(
            boolean enabled,
            boolean redirect,
            String certificatePath,
            String privateKeyPath,
            String onDemandUrl,
            String acmeDirectory,
            String acmeCachePath) {
        this(enabled, redirect, certificatePath, privateKeyPath, onDemandUrl, acmeDirectory, acmeCachePath, List.of());
    }

    /** Let's Encrypt's directory for tries, which {@code --tls-staging} chooses. */
    public static final String STAGING_DIRECTORY = "https://acme-staging-v02.api.letsencrypt.org/directory";

    /** Whether the operator brings the certificate, rather than an ACME authority. */
    public boolean custom() {
        return !certificatePath.isEmpty() && !privateKeyPath.isEmpty();
    }

    /** All certificates of the operator's, the first one first. */
    public List<CertificateFiles> certificates() {
        List<CertificateFiles> all = new ArrayList<>();
        if (custom()) {
            all.add(new CertificateFiles(certificatePath, privateKeyPath));
            all.addAll(furtherCertificates);
        }
        return all;
    }

    /** The same options with these certificates of the operator's. */
    public TlsOptions withCertificates(List<CertificateFiles> all) {
        boolean none = all.isEmpty();
        return new TlsOptions(
                enabled,
                redirect,
                none ? "" : all.getFirst().chain(),
                none ? "" : all.getFirst().key(),
                onDemandUrl,
                acmeDirectory,
                acmeCachePath,
                none ? List.of() : all.subList(1, all.size()));
    }

    /** The same options with what a path service takes over from the service at the root of its host. */
    public TlsOptions inheriting(boolean enabled, boolean redirect) {
        return new TlsOptions(
                enabled,
                redirect,
                certificatePath,
                privateKeyPath,
                onDemandUrl,
                acmeDirectory,
                acmeCachePath,
                furtherCertificates);
    }
}
