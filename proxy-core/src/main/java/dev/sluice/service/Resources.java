package dev.sluice.service;

import dev.sluice.http.ErrorPages;
import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateSource;
import org.jspecify.annotations.Nullable;

/** Opens what a service's options name: certificates and error pages. Blocking; for virtual threads. */
public interface Resources {

    /**
     * The certificates of a service with TLS.
     *
     * @throws ControlFailure when they cannot be used; nothing was kept
     */
    CertificateSource certificates(ServiceOptions options) throws ControlFailure;

    /**
     * The certificates of a service that is restored, whatever state they are in: a source that cannot serve them says
     * so in {@link CertificateSource#fault}, and may find them later.
     */
    default CertificateSource certificatesLater(ServiceOptions options) {
        try {
            return certificates(options);
        } catch (ControlFailure e) {
            return faulty(String.valueOf(e.getMessage()));
        }
    }

    /** A source that has nothing to serve, and says why. */
    static CertificateSource faulty(String fault) {
        return new CertificateSource() {
            @Override
            public @Nullable Certificate find(String serverName) {
                return null;
            }

            @Override
            public String fault() {
                return fault;
            }
        };
    }

    /**
     * The service's error pages over the built-in ones.
     *
     * @throws ControlFailure when the directory has none, or one that cannot be read
     */
    ErrorPages errorPages(ServiceOptions options) throws ControlFailure;
}
