package dev.sluice.json;

import com.google.gson.FormattingStyle;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Writes plain values as JSON: Map, List, String, Number, Boolean and null. Of what is none of these the caller's
 * function makes one; it gets each value.
 */
public final class JsonOutput {
    private final StringWriter text = new StringWriter();
    private final JsonWriter json = new JsonWriter(text);
    private final FormattingStyle style;
    private final JsonEscapes escapes;
    private final UnaryOperator<@Nullable Object> plain;

    private JsonOutput(FormattingStyle style, JsonEscapes escapes, UnaryOperator<@Nullable Object> plain) {
        this.style = style;
        this.escapes = escapes;
        this.plain = plain;
        json.setFormattingStyle(style);
    }

    /** A plain value in one line for people to read, without its end. */
    public static String text(@Nullable Object value) {
        return new JsonOutput(FormattingStyle.COMPACT, JsonEscapes.FEWEST, UnaryOperator.identity()).written(value);
    }

    /** Indented lines for people to read, without the end of the last. */
    public static String pretty(Object value, UnaryOperator<@Nullable Object> plain) {
        return new JsonOutput(FormattingStyle.PRETTY, JsonEscapes.FEWEST, plain).written(value);
    }

    /** One line for programs, without its end. */
    public static byte[] bytes(Object value, UnaryOperator<@Nullable Object> plain) {
        return new JsonOutput(FormattingStyle.COMPACT, JsonEscapes.SURROGATES, plain)
                .written(value)
                .getBytes(StandardCharsets.UTF_8);
    }

    private String written(@Nullable Object value) {
        try {
            write(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private void write(@Nullable Object any) throws IOException {
        Object value = plain.apply(any);
        // No switch over the types: its bootstrap would cost a command 7 ms.
        if (value instanceof String string) {
            json.jsonValue(escapes.quoted(string));
        } else if (value instanceof Map<?, ?> object) {
            write(object);
        } else if (value instanceof List<?> array) {
            write(array);
        } else if (value instanceof Double number && !Double.isFinite(number)) {
            json.jsonValue(escapes.quoted(number.toString()));
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            json.jsonValue(String.valueOf(value));
        } else {
            throw new IllegalArgumentException("not to be written as JSON: " + value.getClass());
        }
    }

    private void write(Map<?, ?> object) throws IOException {
        if (object.isEmpty() && style != FormattingStyle.COMPACT) {
            json.jsonValue("{ }");
            return;
        }
        json.beginObject();
        for (Map.Entry<?, ?> field : object.entrySet()) {
            json.name(String.valueOf(field.getKey()));
            write(field.getValue());
        }
        json.endObject();
    }

    private void write(List<?> array) throws IOException {
        if (array.isEmpty() && style != FormattingStyle.COMPACT) {
            json.jsonValue("[ ]");
            return;
        }
        json.beginArray();
        for (Object element : array) {
            write(element);
        }
        json.endArray();
    }
}
