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
import java.util.List;

/** Opens certificates and error pages from the daemon's file system. Blocking; for virtual threads. */
final class ServiceResources implements Resources {
    private final FilePoll filePoll;
    private final FileCertificates files;

    ServiceResources(FilePoll filePoll) {
        this.filePoll = filePoll;
        this.files = new FileCertificates(filePoll);
    }

    @Override
    public CertificateSource certificates(ServiceOptions options) throws ControlFailure {
        TlsOptions tls = options.tls();
        if (!tls.custom()) {
            return StoredCertificates.open(options, filePoll);
        }
        try {
            CertificateSource source = files.open(paths(tls));
            FileCertificates.review(tls.certificatePath(), source, options.hosts());
            return source;
        } catch (CertificateUnusable e) {
            Events.error("Error loading TLS certificate", "error", e.getMessage());
            throw new ControlFailure(ControlFailure.Kind.INVALID, "unable to load certificate");
        }
    }

    @Override
    public CertificateSource certificatesLater(ServiceOptions options) {
        TlsOptions tls = options.tls();
        return tls.custom() ? files.openLater(paths(tls)) : Resources.super.certificatesLater(options);
    }

    private static List<FileCertificates.Files> paths(TlsOptions tls) {
        return tls.certificates().stream()
                .map(c -> new FileCertificates.Files(Path.of(c.chain()), Path.of(c.key())))
                .toList();
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
