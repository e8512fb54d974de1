package dev.sluice.daemon;

import dev.sluice.acme.AutomaticCertificates;
import dev.sluice.acme.CheckUrl;
import dev.sluice.acme.HostCheck;
import dev.sluice.acme.HttpHostCheck;
import dev.sluice.exchange.OwnRequests;
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
import java.util.concurrent.CompletionStage;

/** Opens certificates and error pages from the daemon's file system. Blocking; for virtual threads. */
final class ServiceResources implements Resources {
    private final AutomaticCertificates automatic;
    private final FileCertificates files;
    private final OwnRequests requests;

    /**
     * @param filePoll looks for changed certificate files
     * @param requests for on-demand checks that the service itself answers
     */
    ServiceResources(FilePoll filePoll, AutomaticCertificates automatic, OwnRequests requests) {
        this.automatic = automatic;
        this.requests = requests;
        this.files = new FileCertificates(filePoll);
    }

    @Override
    public CertificateSource certificates(ServiceOptions options) throws ControlFailure {
        TlsOptions tls = options.tls();
        if (!tls.custom()) {
            return automatic(options, true);
        }
        try {
            return files.open(paths(tls), options.hosts());
        } catch (CertificateUnusable e) {
            Events.error("Error loading TLS certificate", "error", e.getMessage());
            throw new ControlFailure(ControlFailure.Kind.INVALID, "unable to load certificate");
        }
    }

    @Override
    public CertificateSource certificatesLater(ServiceOptions options) {
        TlsOptions tls = options.tls();
        if (tls.custom()) {
            return files.openLater(paths(tls), options.hosts());
        }
        try {
            return automatic(options, false);
        } catch (ControlFailure e) {
            return Resources.faulty(e.getMessage());
        }
    }

    private CertificateSource automatic(ServiceOptions options, boolean deployed) throws ControlFailure {
        String url = options.tls().onDemandUrl();
        if (url.isEmpty()) {
            return automatic.open(options, deployed);
        }
        return automatic.openOnDemand(
                options, deployed, url.startsWith("/") ? host -> askService(host, url) : new HttpHostCheck(url));
    }

    private CompletionStage<HostCheck.Verdict> askService(String host, String path) {
        return requests.get(host, CheckUrl.withHost(path, host), HostCheck.TIMEOUT)
                .thenApply(answer -> new HostCheck.Verdict(answer.status(), answer.body()));
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
