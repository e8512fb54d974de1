package dev.sluice.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class JsonOutputTest {

    @Test
    void everythingThatMustBeIsEscaped() {
        assertThat(JsonEscapes.FEWEST.quoted("\"\\/\b\f\n\r\t\0\u001f\u007f<>&é\u2028\ud83d\ude00"))
                .isEqualTo("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001F\u007f<>&é\u2028\ud83d\ude00\"");
    }

    @Test
    void surrogatesMayBeEscaped() {
        assertThat(JsonEscapes.SURROGATES.quoted("<\u001f\u2028\ud83d\ude00\ud800"))
                .isEqualTo("\"<\\u001F\u2028\\uD83D\\uDE00\\uD800\"");
    }

    @Test
    void goEscapesWhatCouldEndAScript() {
        assertThat(JsonEscapes.GO.quoted("<>&='\u001f\u2028\u2029\ud83d\ude00"))
                .isEqualTo("\"\\u003c\\u003e\\u0026='\\u001f\\u2028\\u2029\ud83d\ude00\"");
    }

    @Test
    void numbersAreWrittenAsTheyAreRead() throws Exception {
        String numbers = "[0,-1,9223372036854775807,99999999999999999999,1.5,100.0,1.0E30]";

        assertThat(JsonOutput.text(JsonInput.value(numbers))).isEqualTo(numbers);
        assertThat(JsonOutput.text(Double.NEGATIVE_INFINITY)).isEqualTo("\"-Infinity\"");
    }

    @Test
    void whatIsNoPlainValueIsMadeOneByTheCaller() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("big", new StringBuilder("\ud83d\ude00"));
        fields.put("list", Arrays.asList(null, true, List.of(), Map.of()));
        UnaryOperator<Object> plain = v -> v instanceof StringBuilder text ? text.toString() : v;

        assertThat(new String(JsonOutput.bytes(fields, plain), StandardCharsets.UTF_8))
                .isEqualTo("{\"big\":\"\\uD83D\\uDE00\",\"list\":[null,true,[],{}]}");
        assertThat(JsonOutput.pretty(fields, plain)).isEqualTo("""
                {
                  "big": "\ud83d\ude00",
                  "list": [
                    null,
                    true,
                    [ ],
                    { }
                  ]
                }""");
    }
}
