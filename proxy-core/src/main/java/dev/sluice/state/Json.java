package dev.sluice.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * The one object mapper, made when it is first asked for. Strict: nothing behind the value, and no guessing of one type
 * from another.
 */
public final class Json {

    private Json() {}

    public static ObjectMapper mapper() {
        return Lazy.MAPPER;
    }

    private static final class Lazy {
        private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                        .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
                        .build())
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .build();
    }
}
