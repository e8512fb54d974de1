package dev.sluice.admin.api;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A component of a record that goes over the wire.
 *
 * @param name in snake case
 */
record WireField(String name, Class<?> type, Method accessor) {
    // The JVM makes a record's components anew whenever it is asked for them.
    private static final ClassValue<List<WireField>> KNOWN = new ClassValue<>() {
        @Override
        protected List<WireField> computeValue(Class<?> type) {
            return Arrays.stream(type.getRecordComponents()).map(WireField::of).toList();
        }
    };

    /** The fields of a record, in its order. */
    static List<WireField> of(Class<?> type) {
        return KNOWN.get(type);
    }

    private static WireField of(RecordComponent component) {
        return new WireField(snakeCase(component.getName()), component.getType(), component.getAccessor());
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    @Nullable
    Object value(Record holder) {
        try {
            return accessor.invoke(holder);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a field of a record that goes over the wire can be read", e);
        }
    }
}
