package dev.sluice.daemon;

import dev.sluice.http.TrustedPeers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What stands in front of this server, and how the daemon takes its leave of it.
 *
 * @param trustedProxies whose forwarding headers are believed; null to go by each service's own option
 * @param proxyProtocol whose connections begin with a PROXY header; null for nobody's
 * @param balancerPath where load balancers ask for this server's health; empty for nowhere
 * @param shutdownDelay how long requests are still served after the health has turned
 * @param shutdownTimeout how long requests under way are waited for after that
 */
public record FrontOptions(
        @Nullable TrustedPeers trustedProxies,
        @Nullable TrustedPeers proxyProtocol,
        String balancerPath,
        Duration shutdownDelay,
        Duration shutdownTimeout) {

    public static final FrontOptions DEFAULT = new FrontOptions(null, null, "", Duration.ZERO, Duration.ofSeconds(10));
}
