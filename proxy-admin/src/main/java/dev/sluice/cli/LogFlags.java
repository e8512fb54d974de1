package dev.sluice.cli;

import java.util.List;
import java.util.Map;

/** The flags of {@code deploy} about what is logged and counted. */
final class LogFlags {
    private LogFlags() {}

    static FlagGroup group() {
        return new FlagGroup(
                "Logging and metrics",
                List.of(
                        FlagSpecs.strings("log-request-header", "Request headers to add to the access log"),
                        FlagSpecs.strings("log-response-header", "Response headers to add to the access log"),
                        FlagSpecs.strings("exclude-metrics-path", "Paths to leave out of the metrics")));
    }

    static void addTo(Map<String, Object> fields, Flags flags) {
        fields.put("log_request_headers", flags.strings("log-request-header"));
        fields.put("log_response_headers", flags.strings("log-response-header"));
        fields.put("exclude_metrics_paths", flags.strings("exclude-metrics-path"));
    }
}
