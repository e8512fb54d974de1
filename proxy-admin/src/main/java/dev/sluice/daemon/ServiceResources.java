package dev.sluice.daemon;

import dev.sluice.acme.StoredCertificates;
import dev.sluice.http.ErrorPages;
import dev.sluice.observe.Events;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.Resources;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import dev.sluice.tls.CertificateSource;
import dev.sluice.tls.CertificateUnusable;
import dev.sluice.tls.FileCertificates;
import dev.sluice.tls.FilePoll;
import java.io.IOException;
import java.nio.file.Path;

/** Opens certificates and error pages from the daemon's file system. Blocking; for virtual threads. */
final class ServiceResources implements Resources {
    private final FilePoll poll;
    private final FileCertificates files;

    /**
     * @param poll looks for changed certificate files
     */
    ServiceResources(FilePoll poll) {
        this.poll = poll;
        this.files = new FileCertificates(poll);
    }

    @Override
    public CertificateSource certificates(ServiceOptions options) throws ControlFailure {
        TlsOptions tls = options.tls();
        if (!tls.custom()) {
            return StoredCertificates.open(options, poll);
        }
        try {
            return files.open(Path.of(tls.certificatePath()), Path.of(tls.privateKeyPath()));
        } catch (CertificateUnusable e) {
            Events.error("Error loading TLS certificate", "error", e.getMessage());
            throw new ControlFailure(ControlFailure.Kind.INVALID, "unable to load certificate");
        }
    }

    @Override
    public CertificateSource certificatesLater(ServiceOptions options) {
        TlsOptions tls = options.tls();
        return tls.custom()
                ? files.openLater(Path.of(tls.certificatePath()), Path.of(tls.privateKeyPath()))
                : Resources.super.certificatesLater(options);
    }

    @Override
    public ErrorPages errorPages(ServiceOptions options) throws ControlFailure {
        String path = options.errorPagePath();
        if (path.isEmpty()) {
            return ErrorPages.BUILT_IN;
        }
        try {
            return ErrorPages.load(Path.of(path), ErrorPages.BUILT_IN);
        } catch (IOException e) {
            Events.error("Failed to parse error page templates", "path", path, "error", e.getMessage());
            throw new ControlFailure(ControlFailure.Kind.INVALID, "unable to load error pages");
        }
    }
}
