package dev.sluice.cli;

import dev.sluice.service.BufferOptions;
import java.util.List;
import java.util.Map;

/** The flags of {@code deploy} about holding bodies back. Sizes are in bytes. */
final class BufferFlags {
    private BufferFlags() {}

    static FlagGroup group() {
        return new FlagGroup(
                "Buffering",
                List.of(
                        FlagSpecs.bool("buffer-requests", false, "Forward a request when all of it is there"),
                        FlagSpecs.bool("buffer-responses", false, "Pass a response on when all of it is there"),
                        FlagSpecs.integer(
                                "buffer-memory", BufferOptions.DEFAULT.memory(), "Bytes of a body kept in memory"),
                        FlagSpecs.integer("max-request-body", 0, "Largest request body in bytes (0 for no limit)"),
                        FlagSpecs.integer("max-response-body", 0, "Largest response body in bytes (0 for no limit)")));
    }

    /** A limit works only on what is buffered. That the flag is there is enough: Kamal always gives both, with any value. */
    static void validate(Flags flags) throws CommandFailed {
        if (flags.given("max-request-body") && !flags.given("buffer-requests")) {
            throw new CommandFailed("max-request-body can only be set when request buffering is enabled");
        }
        if (flags.given("max-response-body") && !flags.given("buffer-responses")) {
            throw new CommandFailed("max-response-body can only be set when response buffering is enabled");
        }
    }

    static void addTo(Map<String, Object> fields, Flags flags) {
        fields.put("buffer_requests", flags.bool("buffer-requests"));
        fields.put("buffer_responses", flags.bool("buffer-responses"));
        fields.put("buffer_memory", flags.integer("buffer-memory"));
        fields.put("max_request_body", flags.integer("max-request-body"));
        fields.put("max_response_body", flags.integer("max-response-body"));
    }
}
