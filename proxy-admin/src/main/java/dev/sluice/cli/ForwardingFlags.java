package dev.sluice.cli;

import dev.sluice.service.GoDuration;
import java.util.List;
import java.util.Map;

/** The flags of {@code deploy} about the way to a target: which one, how long, and with which headers. */
final class ForwardingFlags {
    private ForwardingFlags() {}

    static FlagGroup group() {
        return new FlagGroup(
                "Forwarding",
                List.of(
                        FlagSpecs.duration(
                                "target-timeout", "30s", "Longest wait for a response to begin (0 for no limit)"),
                        FlagSpecs.duration(
                                "writer-affinity-timeout",
                                "1s",
                                "How long a client's reads follow its last write (0 for off)"),
                        FlagSpecs.bool("read-target-websockets", false, "Let WebSockets go to read targets"),
                        FlagSpecs.bool(
                                "forward-headers",
                                false,
                                "Believe the client's X-Forwarded headers (default: not --tls)"),
                        FlagSpecs.string("client-ip-header", "", "Header to take the client's address from"),
                        FlagSpecs.bool(
                                "scope-cookie-paths", false, "Put the stripped path prefix before cookie paths")));
    }

    static void addTo(Map<String, Object> fields, Flags flags) {
        fields.put("target_timeout", GoDuration.format(flags.duration("target-timeout")));
        fields.put("writer_affinity_timeout", GoDuration.format(flags.duration("writer-affinity-timeout")));
        fields.put("read_target_websockets", flags.bool("read-target-websockets"));
        fields.put(
                "forward_headers", flags.given("forward-headers") ? flags.bool("forward-headers") : !flags.bool("tls"));
        fields.put("client_ip_header", flags.string("client-ip-header"));
        fields.put("scope_cookie_paths", flags.bool("scope-cookie-paths"));
    }
}
