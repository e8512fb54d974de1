package dev.sluice.cli;

import dev.sluice.service.GoDuration;
import java.util.List;
import java.util.Map;

/** The flags of {@code deploy} about health checks. */
final class HealthFlags {
    private HealthFlags() {}

    static FlagGroup group() {
        return new FlagGroup(
                "Health checks",
                List.of(
                        FlagSpecs.bool("force", false, "Switch to the new targets without waiting for their health"),
                        FlagSpecs.string("health-check-path", "/up", "Path to check"),
                        FlagSpecs.integer("health-check-port", 0, "Port to check (0 for the target's own)"),
                        FlagSpecs.string("health-check-host", "", "Host header of checks (empty for the target's)"),
                        FlagSpecs.duration("health-check-interval", "1s", "Pause between checks"),
                        FlagSpecs.duration("health-check-timeout", "5s", "Longest wait for a check's answer")));
    }

    static void addTo(Map<String, Object> fields, Flags flags) {
        fields.put("force", flags.bool("force"));
        fields.put("health_check_path", flags.string("health-check-path"));
        fields.put("health_check_port", flags.integer("health-check-port"));
        fields.put("health_check_host", flags.string("health-check-host"));
        fields.put("health_check_interval", GoDuration.format(flags.duration("health-check-interval")));
        fields.put("health_check_timeout", GoDuration.format(flags.duration("health-check-timeout")));
    }
}
