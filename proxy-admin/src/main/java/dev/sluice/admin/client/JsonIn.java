package dev.sluice.admin.client;

import dev.sluice.json.JsonInput;
import dev.sluice.json.NotJson;
import java.io.IOException;
import java.math.BigInteger;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the JSON that the daemon answers with. What is no such object is a breach of the protocol. */
final class JsonIn {

    private JsonIn() {}

    /** Reads one object. */
    static JsonObject read(byte[] json) throws IOException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
            if (!text.isBlank() && JsonInput.value(text) instanceof Map<?, ?> fields) {
                return object(fields);
            }
            throw new ProtocolException("not a JSON object");
        } catch (CharacterCodingException _) {
            throw new ProtocolException("not UTF-8");
        } catch (NotJson e) {
            throw new ProtocolException(e.getMessage());
        }
    }

    private static @Nullable Object value(@Nullable Object value) throws ProtocolException {
        // No switch over the types: its bootstrap would cost each start 7 ms.
        if (value instanceof Map<?, ?> fields) {
            return object(fields);
        }
        if (value instanceof List<?> elements) {
            return array(elements);
        }
        if (value instanceof BigInteger) {
            throw new ProtocolException("not a number of 64 bits: " + value);
        }
        return value;
    }

    private static JsonObject object(Map<?, ?> fields) throws ProtocolException {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (Map.Entry<?, ?> field : fields.entrySet()) {
            object.put(String.valueOf(field.getKey()), value(field.getValue()));
        }
        return new JsonObject(object);
    }

    private static List<@Nullable Object> array(List<?> elements) throws ProtocolException {
        List<@Nullable Object> array = new ArrayList<>();
        for (Object element : elements) {
            array.add(value(element));
        }
        return array;
    }
}
