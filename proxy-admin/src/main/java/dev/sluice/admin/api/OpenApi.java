package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.EmptyRequest;
import dev.sluice.json.JsonInput;
import dev.sluice.json.NotJson;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The API's description of itself, from the resource {@code openapi.json}. Read when it is asked for. */
final class OpenApi {
    private static final String RESOURCE = "openapi.json";

    Answer document(Call call) throws RequestFailure {
        call.body(EmptyRequest.class);
        return Answer.ok(read());
    }

    private static Object read() {
        try (InputStream in = OpenApi.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new FileNotFoundException(RESOURCE);
            }
            return Objects.requireNonNull(JsonInput.value(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NotJson e) {
            throw new IllegalStateException(RESOURCE + " is JSON", e);
        }
    }
}
