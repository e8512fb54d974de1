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
import io.netty.util.NetUtil;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The certificate for a server name is that of the service at the root of that host. A client that names none, as one
 * that was given an address does (RFC 6066 3), gets the certificate of the service whose host is the address that it has
 * connected to, else that of the first TLS host. An authority that checks a name gets the answer to its challenge. On
 * event loops; never blocks.
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
        String host = host(hello);
        if (name == null && host != null && host.equals(defaultHost())) {
            Events.warn("No server name; using default TLS hostname", "host", host);
        }
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
        String name = hello.serverName();
        if (name != null) {
            return HostName.normalise(name);
        }
        String address = hello.server() == null ? "" : NetUtil.toAddressString(hello.server());
        Service service = services.table().tlsService(address);
        return service != null && service.options().hosts().contains(address) ? address : defaultHost();
    }

    private @Nullable String defaultHost() {
        String host = services.table().defaultTlsHost();
        return host == null ? null : HostName.normalise(host);
    }

    private @Nullable CertificateSource source(@Nullable String host) {
        Service service = host == null ? null : services.table().tlsService(host);
        return service == null ? null : service.certificates();
    }
}
