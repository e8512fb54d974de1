package dev.sluice.cli;

import dev.sluice.service.GoDuration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The flags of both kinds of deploy: where to, and how long it may take. */
final class DeployFlags {
    private DeployFlags() {}

    static FlagGroup group() {
        return new FlagGroup(
                "Targets",
                List.of(
                        FlagSpecs.strings("target", "Where requests go, host or host:port (required)"),
                        FlagSpecs.strings("read-target", "Where requests that only read go, host or host:port"),
                        FlagSpecs.duration("deploy-timeout", "30s", "Longest wait for the new targets to be healthy"),
                        FlagSpecs.duration(
                                "drain-timeout", "30s", "Longest wait for the replaced targets' requests to end")));
    }

    /** The fields of the API that these flags stand for, to which others can be added. */
    static Map<String, Object> fields(Flags flags) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("targets", flags.strings("target"));
        fields.put("read_targets", flags.strings("read-target"));
        fields.put("deploy_timeout", GoDuration.format(flags.duration("deploy-timeout")));
        fields.put("drain_timeout", GoDuration.format(flags.duration("drain-timeout")));
        return fields;
    }
}
