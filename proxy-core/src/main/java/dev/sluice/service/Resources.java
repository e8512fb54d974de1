package dev.sluice.service;

import dev.sluice.http.ErrorPages;
import dev.sluice.tls.CertificateSource;

/** Opens what a service's options name: certificates and error pages. Blocking; for virtual threads. */
public interface Resources {

    /**
     * The certificates of a service with TLS.
     *
     * @throws ControlFailure when they cannot be used; nothing was kept
     */
    CertificateSource certificates(ServiceOptions options) throws ControlFailure;

    /**
     * The service's error pages over the built-in ones.
     *
     * @throws ControlFailure when the directory has none, or one that cannot be read
     */
    ErrorPages errorPages(ServiceOptions options) throws ControlFailure;
}
