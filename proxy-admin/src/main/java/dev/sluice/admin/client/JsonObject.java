package dev.sluice.admin.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object with lenient access: what is missing, null or of another type reads as empty, so that a client gets
 * along with a daemon of another version.
 *
 * @param fields in their order; values are String, Long, Double, Boolean, List, JsonObject or null
 */
public record JsonObject(Map<String, ? extends @Nullable Object> fields) {

    public String text(String name) {
        return fields.get(name) instanceof String text ? text : "";
    }

    public long number(String name) {
        return fields.get(name) instanceof Number number ? number.longValue() : 0;
    }

    public boolean flag(String name) {
        return Boolean.TRUE.equals(fields.get(name));
    }

    /** The object of that name; an empty one when there is none. */
    public JsonObject object(String name) {
        return fields.get(name) instanceof JsonObject object ? object : new JsonObject(Map.of());
    }

    public List<String> texts(String name) {
        return only(String.class, fields.get(name));
    }

    public List<JsonObject> objects(String name) {
        return only(JsonObject.class, fields.get(name));
    }

    private static <T> List<T> only(Class<T> type, @Nullable Object value) {
        return value instanceof List<?> list
                ? list.stream().filter(type::isInstance).map(type::cast).toList()
                : List.of();
    }
}
