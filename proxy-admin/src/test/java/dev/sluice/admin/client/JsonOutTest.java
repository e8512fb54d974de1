package dev.sluice.admin.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonOutTest {

    @Test
    void whatWasReadIsWrittenTheSameInItsOrder() throws IOException {
        String json = "{\"b\":[1,2.5,null,{\"x\":\"é\\n\"}],\"a\":true,\"o\":{},\"e\":[],\"big\":9000000000}";

        JsonObject object = JsonIn.read(json.getBytes(StandardCharsets.UTF_8));

        assertThat(new String(JsonOut.bytes(object.fields()), StandardCharsets.UTF_8))
                .isEqualTo(json);
    }

    @Test
    void prettyMeansALineForEachFieldAndElement() throws IOException {
        JsonObject object = JsonIn.read("{\"a\":[1,\"x\"],\"b\":{\"c\":null}}".getBytes(StandardCharsets.UTF_8));

        assertThat(JsonOut.pretty(object)).isEqualTo("""
                {
                  "a": [
                    1,
                    "x"
                  ],
                  "b": {
                    "c": null
                  }
                }""");
    }
}
