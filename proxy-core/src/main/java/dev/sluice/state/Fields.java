package dev.sluice.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The fields of a JSON object as Go reads them: keys in any case, null as if the key were missing, unknown keys
 * ignored. A missing key takes the fallback given; a value of another type is refused.
 */
final class Fields {
    private final String path;
    private final JsonNode object;

    private Fields(String path, JsonNode object) {
        this.path = path;
        this.object = object;
    }

    static Fields of(JsonNode value) throws UnreadableEntry {
        if (!value.isObject()) {
            throw new UnreadableEntry("the entry is not an object");
        }
        return new Fields("", value);
    }

    /** The object under a key; an empty one when there is none. */
    Fields object(String key) throws UnreadableEntry {
        JsonNode value = find(key);
        if (value.isMissingNode()) {
            return new Fields(path + key + ".", JsonNodeFactory.instance.objectNode());
        }
        require(value.isObject(), key, "an object");
        return new Fields(path + key + ".", value);
    }

    boolean has(String key) {
        return !find(key).isMissingNode();
    }

    String text(String key, String fallback) throws UnreadableEntry {
        JsonNode value = find(key);
        require(value.isMissingNode() || value.isTextual(), key, "a string");
        return value.isMissingNode() ? fallback : value.textValue();
    }

    boolean truth(String key, boolean fallback) throws UnreadableEntry {
        JsonNode value = find(key);
        require(value.isMissingNode() || value.isBoolean(), key, "true or false");
        return value.isMissingNode() ? fallback : value.booleanValue();
    }

    long number(String key, long fallback) throws UnreadableEntry {
        JsonNode value = find(key);
        require(
                value.isMissingNode() || (value.isIntegralNumber() && value.canConvertToLong()),
                key,
                "a whole number of 64 bits");
        return value.isMissingNode() ? fallback : value.longValue();
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
        JsonNode value = find(key);
        require(value.isMissingNode() || value.isArray(), key, "a list of strings");
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value) {
            require(element.isTextual(), key, "a list of strings");
            texts.add(element.textValue());
        }
        return texts;
    }

    private JsonNode find(String key) {
        JsonNode exact = object.path(key);
        if (exact.isMissingNode()) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                if (field.getKey().equalsIgnoreCase(key)) {
                    exact = field.getValue();
                }
            }
        }
        return exact.isNull() ? JsonNodeFactory.instance.missingNode() : exact;
    }

    private void require(boolean fits, String key, String expected) throws UnreadableEntry {
        if (!fits) {
            throw new UnreadableEntry(path + key + " is not " + expected);
        }
    }
}
