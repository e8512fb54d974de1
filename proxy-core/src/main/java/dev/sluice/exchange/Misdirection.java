package dev.sluice.exchange;

import dev.sluice.service.RouteTable;
import dev.sluice.service.Service;
import dev.sluice.tls.Certificate;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request came over a TLS connection that was made for another service (RFC 9110 15.5.20): a browser may do
 * that when a certificate names both hosts, and gets 421, on which it makes a connection of its own. Where both serve
 * the very same certificate the connection is as good for either. A client that sent no server name contradicts
 * nothing.
 */
final class Misdirection {
    private Misdirection() {}

    /** Whether the request's host is served over TLS by another service, with another certificate. */
    static boolean applies(Exchange x, RouteTable table) {
        String serverName = x.connection.serverName();
        if (serverName == null || serverName.equals(x.host)) {
            return false;
        }
        Service asked = table.tlsService(x.host);
        Service connected = table.tlsService(serverName);
        if (asked == null || connected == null || asked.name().equals(connected.name())) {
            return false;
        }
        Certificate theirs = certificate(asked, x.host);
        Certificate used = certificate(connected, serverName);
        return theirs == null || used == null || !theirs.sameContent(used);
    }

    private static @Nullable Certificate certificate(Service service, String host) {
        return service.certificates() == null ? null : service.certificates().find(host);
    }
}
