package dev.sluice.cli;

import dev.sluice.service.GoDuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.OptionSpec;

/** The flags of {@code deploy} about health checks. */
final class HealthFlags {
    private static final String RISE = "health-check-rise";
    private static final String FALL = "health-check-fall";

    private HealthFlags() {}

    static FlagGroup group(Session session) {
        List<OptionSpec> flags = new ArrayList<>(List.of(
                FlagSpecs.bool("force", false, "Switch to the new targets without waiting for their health"),
                FlagSpecs.string("health-check-path", "/up", "Path to check"),
                FlagSpecs.integer("health-check-port", 0, "Port to check (0 for the target's own)"),
                FlagSpecs.string("health-check-host", "", "Host header of checks (empty for the target's)"),
                FlagSpecs.duration("health-check-interval", "1s", "Pause between checks"),
                FlagSpecs.duration("health-check-timeout", "5s", "Longest wait for a check's answer")));
        if (session.sluice()) {
            flags.add(FlagSpecs.integer(RISE, 1, "Successes in a row until a target that was taken out comes back"));
            flags.add(FlagSpecs.integer(FALL, 1, "Failures in a row until one of several targets is taken out"));
        }
        return new FlagGroup("Health checks", flags);
    }

    static void addTo(Map<String, Object> fields, Flags flags, Session session) {
        fields.put("force", flags.bool("force"));
        fields.put("health_check_path", flags.string("health-check-path"));
        fields.put("health_check_port", flags.integer("health-check-port"));
        fields.put("health_check_host", flags.string("health-check-host"));
        fields.put("health_check_interval", GoDuration.format(flags.duration("health-check-interval")));
        fields.put("health_check_timeout", GoDuration.format(flags.duration("health-check-timeout")));
        if (session.sluice()) {
            fields.put("health_check_rise", flags.integer(RISE));
            fields.put("health_check_fall", flags.integer(FALL));
        }
    }
}
