package dev.sluice.admin.client;

import dev.sluice.json.JsonOutput;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON: request bodies, and documents for people to read. */
public final class JsonOut {

    private JsonOut() {}

    /** A request body. Durations and the like are given as strings. */
    static byte[] bytes(Map<String, ?> object) {
        return JsonOutput.bytes(object, JsonOut::plain);
    }

    /** The object as indented lines, without a line feed at the end. */
    public static String pretty(JsonObject object) {
        return JsonOutput.pretty(object, JsonOut::plain);
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return value instanceof JsonObject object ? object.fields() : value;
    }
}
