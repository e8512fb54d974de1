package dev.sluice.state;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object as Go reads them: keys in any case, null as if the key were missing, unknown keys
 * ignored. A missing key takes the fallback given; a value of another type is refused.
 */
final class Fields {
    private final String path;
    private final Map<?, ?> object;

    private Fields(String path, Map<?, ?> object) {
        this.path = path;
        this.object = object;
    }

    static Fields of(@Nullable Object value) throws UnreadableEntry {
        if (value instanceof Map<?, ?> object) {
            return new Fields("", object);
        }
        throw new UnreadableEntry("the entry is not an object");
    }

    /** The object under a key; an empty one when there is none. */
    Fields object(String key) throws UnreadableEntry {
        return new Fields(path + key + ".", value(key, Map.of(), Map.class, "an object"));
    }

    boolean has(String key) {
        return find(key) != null;
    }

    String text(String key, String fallback) throws UnreadableEntry {
        return value(key, fallback, String.class, "a string");
    }

    boolean truth(String key, boolean fallback) throws UnreadableEntry {
        return value(key, fallback, Boolean.class, "true or false");
    }

    long number(String key, long fallback) throws UnreadableEntry {
        return value(key, fallback, Long.class, "a whole number of 64 bits");
    }

    int smallNumber(String key, int fallback) throws UnreadableEntry {
        long value = number(key, fallback);
        require(value == (int) value, key, "a whole number of 32 bits");
        return (int) value;
    }

    Duration duration(String key, Duration fallback) throws UnreadableEntry {
        return Duration.ofNanos(number(key, fallback.toNanos()));
    }

    /** The strings of a list; none when it is missing. */
    List<String> texts(String key) throws UnreadableEntry {
        List<String> texts = new ArrayList<>();
        for (Object element : value(key, List.of(), List.class, "a list of strings")) {
            require(element instanceof String, key, "a list of strings");
            texts.add((String) element);
        }
        return texts;
    }

    private <T> T value(String key, T fallback, Class<T> type, String expected) throws UnreadableEntry {
        Object value = find(key);
        require(value == null || type.isInstance(value), key, expected);
        return value == null ? fallback : type.cast(value);
    }

    private @Nullable Object find(String key) {
        if (object.containsKey(key)) {
            return object.get(key);
        }
        Object found = null;
        for (Map.Entry<?, ?> field : object.entrySet()) {
            if (key.equalsIgnoreCase(String.valueOf(field.getKey()))) {
                found = field.getValue();
            }
        }
        return found;
    }

    private void require(boolean fits, String key, String expected) throws UnreadableEntry {
        if (!fits) {
            throw new UnreadableEntry(path + key + " is not " + expected);
        }
    }
}
