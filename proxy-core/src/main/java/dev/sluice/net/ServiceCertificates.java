package dev.sluice.net;

import dev.sluice.http.HostName;
import dev.sluice.observe.Events;
import dev.sluice.service.RouteTable;
import dev.sluice.service.Service;
import dev.sluice.service.Services;
import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateLookup;
import org.jspecify.annotations.Nullable;

/**
 * The certificate for a server name is that of the service at the root of that host. A client that names none gets the
 * certificate of the first TLS host. On event loops; never blocks.
 */
public final class ServiceCertificates implements CertificateLookup {
    private final Services services;

    public ServiceCertificates(Services services) {
        this.services = services;
    }

    @Override
    public @Nullable Certificate find(@Nullable String serverName) {
        RouteTable table = services.table();
        String name = serverName;
        if (name == null) {
            name = table.defaultTlsHost();
            if (name == null) {
                return null;
            }
            Events.warn("No server name; using default TLS hostname", "host", name);
        }
        String host = HostName.normalise(name);
        Service service = table.tlsService(host);
        return service == null || service.certificates() == null
                ? null
                : service.certificates().find(host);
    }
}
