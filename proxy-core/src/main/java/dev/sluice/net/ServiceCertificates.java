package dev.sluice.net;

import dev.sluice.http.HostName;
import dev.sluice.observe.Events;
import dev.sluice.service.Service;
import dev.sluice.service.Services;
import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateLookup;
import dev.sluice.tls.CertificateSource;
import dev.sluice.tls.ChallengeAnswers;
import dev.sluice.tls.ClientHello;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The certificate for a server name is that of the service at the root of that host. A client that names none gets the
 * certificate of the first TLS host, and an authority that checks a name the answer to its challenge. On event loops;
 * never blocks.
 */
public final class ServiceCertificates implements CertificateLookup {
    private final Services services;
    private final ChallengeAnswers challenges;

    public ServiceCertificates(Services services, ChallengeAnswers challenges) {
        this.services = services;
        this.challenges = challenges;
    }

    @Override
    public @Nullable Certificate find(ClientHello hello) {
        String name = hello.serverName();
        if (hello.challenge()) {
            return name == null ? null : challenges.tlsAlpn01(name);
        }
        if (name == null && services.table().defaultTlsHost() != null) {
            Events.warn(
                    "No server name; using default TLS hostname",
                    "host",
                    services.table().defaultTlsHost());
        }
        String host = host(hello);
        CertificateSource source = source(host);
        return host == null || source == null ? null : source.find(host, hello);
    }

    @Override
    public @Nullable CompletionStage<Certificate> obtain(ClientHello hello) {
        if (hello.challenge()) {
            return null;
        }
        String host = host(hello);
        CertificateSource source = source(host);
        return host == null || source == null ? null : source.obtain(host, hello);
    }

    private @Nullable String host(ClientHello hello) {
        String name = hello.serverName() == null ? services.table().defaultTlsHost() : hello.serverName();
        return name == null ? null : HostName.normalise(name);
    }

    private @Nullable CertificateSource source(@Nullable String host) {
        Service service = host == null ? null : services.table().tlsService(host);
        return service == null ? null : service.certificates();
    }
}
