package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.Problem;
import dev.sluice.admin.api.dto.ProblemType;
import dev.sluice.json.JsonInput;
import dev.sluice.json.JsonOutput;
import dev.sluice.json.NotJson;
import dev.sluice.service.GoDuration;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request's body into its record, in two steps, so that what is wrong can be told in the terms of the request:
 * first the JSON, then the fields. Nothing is taken for something else: no number in a string, no fraction cut off. The
 * records are flat: scalars and lists of strings, each of which may be null.
 */
final class BodyReader {
    private static final int SHOWN = 40;

    private BodyReader() {}

    /**
     * @throws RequestFailure naming the field, what was found there and what is expected
     */
    static <T extends Record> T read(byte[] body, Class<T> type) throws RequestFailure {
        Object json = body.length == 0 ? Map.of() : parse(body);
        if (!(json instanceof Map<?, ?> object)) {
            throw new RequestFailure(
                    ProblemType.WRONG_TYPE, "the body: expected a JSON object, got " + described(json));
        }
        List<WireField> fields = WireField.of(type);
        List<String> names = fields.stream().map(WireField::name).toList();
        @Nullable Object[] values = new @Nullable Object[names.size()];
        List<String> unknown = new ArrayList<>();
        for (Map.Entry<?, ?> given : object.entrySet()) {
            String name = String.valueOf(given.getKey());
            int at = names.indexOf(name);
            if (at < 0) {
                unknown.add(name);
            } else if (given.getValue() != null) {
                values[at] = converted(name, fields.get(at).type(), given.getValue());
            }
        }
        if (!unknown.isEmpty()) {
            throw unknownField(unknown.getFirst(), names);
        }
        return made(type, fields, values);
    }

    private static @Nullable Object parse(byte[] body) throws RequestFailure {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            if (text.isBlank()) {
                throw new RequestFailure(ProblemType.INVALID_JSON, "the body holds nothing but white space");
            }
            return JsonInput.onlyValue(text);
        } catch (CharacterCodingException _) {
            throw new RequestFailure(ProblemType.INVALID_JSON, "the body is not UTF-8");
        } catch (NotJson e) {
            throw new RequestFailure(ProblemType.INVALID_JSON, e.getMessage());
        }
    }

    private static Object converted(String field, Class<?> type, Object given) throws RequestFailure {
        if (type == List.class && given instanceof List<?> list) {
            return strings(field, list);
        }
        if (type == Integer.class && given instanceof Long number && number == number.intValue()) {
            return number.intValue();
        }
        if (type == Duration.class && given instanceof String text) {
            try {
                return GoDuration.parse(text);
            } catch (IllegalArgumentException _) {
                throw wrongType(field, expected(type), given);
            }
        }
        if (!type.isInstance(given)) {
            throw wrongType(field, expected(type), given);
        }
        return given;
    }

    private static List<String> strings(String field, List<?> list) throws RequestFailure {
        List<String> strings = new ArrayList<>();
        for (Object element : list) {
            if (!(element instanceof String string)) {
                throw wrongType(field + "[" + strings.size() + "]", "a string", element);
            }
            strings.add(string);
        }
        return strings;
    }

    private static <T extends Record> T made(Class<T> type, List<WireField> fields, @Nullable Object[] values) {
        Class<?>[] types = fields.stream().map(WireField::type).toArray(Class<?>[]::new);
        try {
            return type.getConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the record of a request takes any values of its types", e);
        }
    }

    private static RequestFailure unknownField(String name, List<String> names) {
        String instead = names.stream()
                .filter(known -> bare(known).equals(bare(name)))
                .findFirst()
                .map(known -> "; did you mean " + known + "?")
                .orElse("");
        return new RequestFailure(
                Problem.ofField(ProblemType.UNKNOWN_FIELD, name, "this request has no such field" + instead));
    }

    // What is left of a name without the differences between a flag and its field: hyphens, plurals, capitals.
    private static String bare(String name) {
        String letters = name.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
        return letters.endsWith("s") ? letters.substring(0, letters.length() - 1) : letters;
    }

    private static RequestFailure wrongType(String field, String expected, @Nullable Object found) {
        return new RequestFailure(
                Problem.ofField(ProblemType.WRONG_TYPE, field, "expected " + expected + ", got " + described(found)));
    }

    private static String expected(Class<?> type) {
        if (type == Duration.class) {
            return "a duration such as \"30s\" or \"1m30s\"";
        }
        if (type == Boolean.class) {
            return "true or false";
        }
        if (type == Integer.class) {
            return "an integer of 32 bits";
        }
        if (type == Long.class) {
            return "an integer of 64 bits";
        }
        return type == List.class ? "an array of strings" : "a string";
    }

    private static String described(@Nullable Object found) {
        if (found instanceof Map) {
            return "an object";
        }
        if (found instanceof List) {
            return "an array";
        }
        String text = JsonOutput.text(found);
        String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
        if (found instanceof String) {
            return "the string " + shown;
        }
        return found instanceof Number ? "the number " + shown : shown;
    }
}
