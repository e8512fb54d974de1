package dev.sluice.admin.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.admin.api.dto.EmptyRequest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The API's description of itself, from the resource {@code openapi.json}. Read when it is asked for. */
final class OpenApi {
    private static final String RESOURCE = "openapi.json";

    Answer document(Call call) throws RequestFailure {
        call.body(EmptyRequest.class);
        return Answer.ok(read());
    }

    static JsonNode read() {
        try (InputStream in = OpenApi.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new FileNotFoundException(RESOURCE);
            }
            return WireJson.MAPPER.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
