package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.Problem;
import dev.sluice.admin.api.dto.ProgressLine;
import dev.sluice.json.JsonOutput;
import dev.sluice.service.GoDuration;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as the admin API writes it: records as objects with names in snake case, durations as Go writes them. */
final class WireJson {

    private WireJson() {}

    static byte[] write(Object document) {
        return JsonOutput.bytes(document, WireJson::plain);
    }

    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Record fields) {
            return object(fields);
        }
        return value instanceof Duration duration ? GoDuration.format(duration) : value;
    }

    private static Map<String, @Nullable Object> object(Record fields) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        if (fields instanceof ProgressLine line) {
            object.put("event", line.event());
        }
        for (WireField field : WireField.of(fields.getClass())) {
            Object value = field.value(fields);
            // A problem has only the members that say something.
            if (value != null || !(fields instanceof Problem)) {
                object.put(field.name(), value);
            }
        }
        return object;
    }
}
