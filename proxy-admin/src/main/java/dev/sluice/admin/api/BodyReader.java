package dev.sluice.admin.api;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.sluice.admin.api.dto.Problem;
import dev.sluice.admin.api.dto.ProblemType;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads a request's body into its record, in two steps, so that what is wrong can be told in the terms of the request:
 * first the JSON, then the fields. The records are flat: scalars and lists of strings.
 */
final class BodyReader {
    private static final int SHOWN = 40;

    private BodyReader() {}

    /**
     * @throws RequestFailure naming the field, what was found there and what is expected
     */
    static <T extends Record> T read(byte[] body, Class<T> type) throws RequestFailure {
        JsonNode json = body.length == 0 ? WireJson.MAPPER.createObjectNode() : parse(body);
        if (!json.isObject()) {
            throw new RequestFailure(
                    ProblemType.WRONG_TYPE, "the body: expected a JSON object, got " + described(json));
        }
        try {
            return WireJson.MAPPER.treeToValue(json, type);
        } catch (UnrecognizedPropertyException e) {
            throw unknownField(e, type);
        } catch (JsonMappingException e) {
            throw wrongType(e, json, type);
        } catch (JacksonException e) {
            throw new RequestFailure(ProblemType.WRONG_TYPE, "the body: " + e.getOriginalMessage());
        }
    }

    private static JsonNode parse(byte[] body) throws RequestFailure {
        try {
            // Decoded here, and strictly: Jackson would guess the encoding, and JSON is UTF-8.
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            JsonNode json = WireJson.MAPPER.readTree(text);
            if (json.isMissingNode()) {
                throw new RequestFailure(ProblemType.INVALID_JSON, "the body holds nothing but white space");
            }
            return json;
        } catch (CharacterCodingException _) {
            throw new RequestFailure(ProblemType.INVALID_JSON, "the body is not UTF-8");
        } catch (JacksonException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
            throw new RequestFailure(ProblemType.INVALID_JSON, firstLine(e.getOriginalMessage()) + where);
        }
    }

    private static RequestFailure unknownField(UnrecognizedPropertyException e, Class<?> type) {
        String name = e.getPropertyName();
        String instead = Arrays.stream(type.getRecordComponents())
                .map(BodyReader::wireName)
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

    private static RequestFailure wrongType(JsonMappingException e, JsonNode json, Class<?> type) {
        List<JsonMappingException.Reference> path = e.getPath();
        if (path.isEmpty()) {
            return new RequestFailure(ProblemType.WRONG_TYPE, "the body: " + firstLine(e.getOriginalMessage()));
        }
        String field = path.getFirst().getFieldName();
        JsonNode found = json.path(field);
        boolean list = typeOf(field, type).filter(t -> t == List.class).isPresent();
        if (list && found.isArray()) {
            for (int i = 0; i < found.size(); i++) {
                if (!found.get(i).isTextual()) {
                    return wrongType(field + "[" + i + "]", "a string", found.get(i));
                }
            }
        }
        return wrongType(field, typeOf(field, type).map(BodyReader::expected).orElse("another type"), found);
    }

    private static RequestFailure wrongType(String field, String expected, JsonNode found) {
        return new RequestFailure(
                Problem.ofField(ProblemType.WRONG_TYPE, field, "expected " + expected + ", got " + described(found)));
    }

    private static Optional<Class<?>> typeOf(String field, Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .filter(c -> wireName(c).equals(field))
                .findFirst()
                .map(RecordComponent::getType);
    }

    private static String wireName(RecordComponent component) {
        return PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.getName());
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

    private static String described(JsonNode node) {
        String text = node.toString();
        String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
        return switch (node.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "an array";
            case STRING -> "the string " + shown;
            case NUMBER -> "the number " + shown;
            default -> shown;
        };
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
