package dev.sluice.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A list or an object that is being read. */
final class Container {
    private final List<@Nullable Object> elements;
    // Null for a list.
    private final @Nullable Map<String, @Nullable Object> fields;
    private String name = "";

    private Container(List<@Nullable Object> elements, @Nullable Map<String, @Nullable Object> fields) {
        this.elements = elements;
        this.fields = fields;
    }

    static Container array() {
        return new Container(new ArrayList<>(), null);
    }

    static Container object() {
        return new Container(List.of(), new LinkedHashMap<>());
    }

    /** Takes the name of the field whose value comes next; false when there is one of that name already. */
    boolean name(String next) {
        name = next;
        return fields == null || !fields.containsKey(next);
    }

    void add(@Nullable Object value) {
        if (fields == null) {
            elements.add(value);
        } else {
            fields.put(name, value);
        }
    }

    Object content() {
        return fields == null ? elements : fields;
    }
}
