package dev.sluice.cli;

import dev.sluice.service.DeliveryOptions;
import dev.sluice.service.GoDuration;
import java.util.List;
import java.util.Map;

/** The flags of {@code deploy} that kamal-proxy has nothing like. They are there under Sluice's own name only. */
final class DeliveryFlags {
    private DeliveryFlags() {}

    static FlagGroup group() {
        DeliveryOptions standard = DeliveryOptions.DEFAULT;
        return new FlagGroup(
                "Delivery",
                List.of(
                        FlagSpecs.duration(
                                "retry-for",
                                GoDuration.format(standard.retryFor()),
                                "How long to look for a target that accepts a connection (0 for one try)"),
                        FlagSpecs.duration(
                                "websocket-drain",
                                GoDuration.format(standard.websocketDrain()),
                                "Over how long WebSockets of replaced targets are closed (0 for at once)"),
                        FlagSpecs.integer(
                                "max-body", 0, "Largest request body in bytes, buffered or not (0 for the server's)"),
                        FlagSpecs.string(
                                "target-proxy-protocol",
                                standard.proxyProtocol().text(),
                                "PROXY header in front of connections to targets: none, v1 or v2"),
                        FlagSpecs.string(
                                "balancer-path",
                                "",
                                "Path that tells load balancers in front whether this service is up")));
    }

    static void addTo(Map<String, Object> fields, Flags flags) {
        fields.put("retry_for", GoDuration.format(flags.duration("retry-for")));
        fields.put("websocket_drain", GoDuration.format(flags.duration("websocket-drain")));
        fields.put("max_body", flags.integer("max-body"));
        fields.put("target_proxy_protocol", flags.string("target-proxy-protocol"));
        fields.put("balancer_path", flags.string("balancer-path"));
    }
}
