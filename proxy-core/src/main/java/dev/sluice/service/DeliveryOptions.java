package dev.sluice.service;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * How far Sluice goes to bring a service's requests to its targets and its connections to an end. kamal-proxy has none of
 * these options: they are stored only where they differ from {@link #DEFAULT}.
 *
 * @param retryFor how long a request that found no connection to a target looks for another one, for any method: nothing
 *     of it was sent; 0 for not at all
 * @param websocketDrain over how long the open WebSockets of replaced targets are closed, evenly spread
 * @param maxBody bytes of a request's body, buffered or not; 0 for no limit but the server's
 * @param proxyProtocol the header in front of each connection to a target
 * @param balancerPath where load balancers in front ask for this service's health, as {@code /x}; empty for nowhere
 */
public record DeliveryOptions(
        Duration retryFor, Duration websocketDrain, long maxBody, ProxyProtocol proxyProtocol, String balancerPath) {

    /** The versions of the PROXY protocol (HAProxy's proxy-protocol.txt). */
    public enum ProxyProtocol {
        NONE,
        V1,
        V2;

        /** As flags, API and state file call it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The version of that {@link #text}. */
        public static Optional<ProxyProtocol> named(String text) {
            return Arrays.stream(values())
                    .filter(version -> version.text().equals(text))
                    .findFirst();
        }
    }

    public static final DeliveryOptions DEFAULT =
            new DeliveryOptions(Duration.ofSeconds(2), Duration.ofSeconds(2), 0, ProxyProtocol.NONE, "");
}
