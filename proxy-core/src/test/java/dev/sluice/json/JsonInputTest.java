package dev.sluice.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonInputTest {

    @Test
    void valuesArePlain() throws Exception {
        assertThat(JsonInput.onlyValue("""
                        {"s":"\\u00e9\\"\\/","l":[1,-0,9223372036854775807,9223372036854775808],"d":[1.0,1e2,1E400],
                        "b":[true,false,null],"o":{},"":""}"""))
                .isEqualTo(Map.of(
                        "s",
                        "é\"/",
                        "l",
                        List.of(1L, 0L, Long.MAX_VALUE, new BigInteger("9223372036854775808")),
                        "d",
                        List.of(1.0, 100.0, Double.POSITIVE_INFINITY),
                        "b",
                        Arrays.asList(true, false, null),
                        "o",
                        Map.of(),
                        "",
                        ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1",
                "[1,]",
                "[,1]",
                "{\"a\":1,}",
                "{\"a\"}",
                "{a:1}",
                "{'a':1}",
                "['a']",
                "[1;2]",
                "[True]",
                "[nulL]",
                "[FALSE]",
                "[tru]",
                "[NaN]",
                "[Infinity]",
                "[01]",
                "[-]",
                "[1.]",
                "[.5]",
                "[+1]",
                "[1e]",
                "[0x1]",
                "[\"a\nb\"]",
                "[\"\u0001\"]",
                "{\"\t\":1}",
                "[\"\\'\"]",
                "[\"\\\n\"]",
                "[\"\\x\"]",
                "[\"\\u12g4\"]",
                "[\"a]",
                "[1]//",
                "/**/[1]",
                "#\n[1]",
                "[1\f]",
                "[1\u00a0]",
                "\ufeff[1]",
                ")]}'\n[1]",
                "[1][2]",
                "[1] x",
                "[{\"a\":{\"b\":1,\"b\":2}}]"
            })
    void whatIsNotOneValueOfJsonIsRefusedInOneLine(String text) {
        assertThatThrownBy(() -> JsonInput.onlyValue(text))
                .isInstanceOf(NotJson.class)
                .hasMessageMatching("[^\n]+")
                .hasMessageNotContaining("Strictness");
    }

    @Test
    void theMessageTellsWhatIsWrongAndWhere() {
        assertThatThrownBy(() -> JsonInput.value("{\"a\":\n[1,}"))
                .hasMessageContaining("line 2")
                .hasMessageContaining("$.a[1]");
        assertThatThrownBy(() -> JsonInput.value("{\"a\":[0,True]}")).hasMessage("Capitals in true at path $.a[1]");
        assertThatThrownBy(() -> JsonInput.onlyValue("{\"a\":1,\"a\":2}"))
                .hasMessage("Duplicate field 'a' at path $.a");
    }

    @Test
    void theFirstValueIsReadWhateverFollowsAndTheLastOfTwoFieldsCounts() throws Exception {
        assertThat(JsonInput.value("{\"a\":1,\"b\":2,\"a\":3} x")).isEqualTo(Map.of("a", 3L, "b", 2L));
    }

    @Test
    void loneSurrogatesAreText() throws Exception {
        assertThat(JsonInput.onlyValue("\"\\ud800 \\udc00\"")).isEqualTo("\ud800 \udc00");
    }

    @Test
    void nestingIsLimited() throws Exception {
        assertThat(JsonInput.value("[".repeat(1000) + "]".repeat(1000))).isInstanceOf(List.class);
        assertThatThrownBy(() -> JsonInput.value("[".repeat(1001) + "]".repeat(1001)))
                .isInstanceOf(NotJson.class)
                .hasMessageContaining("limit");
        assertThatThrownBy(() -> JsonInput.value("{\"a\":".repeat(100_000))).isInstanceOf(NotJson.class);
        assertThatThrownBy(() -> JsonInput.elements("[".repeat(100_000)))
                .isInstanceOfSatisfying(
                        NotJson.class, e -> assertThat(e.getMessage()).hasSizeLessThan(250));
    }

    @Test
    void elementsKeepTheirText() throws Exception {
        // Longer than what Gson reads at once.
        String spaces = " \r\n\t".repeat(700);
        List<String> texts = List.of(
                "1.50",
                "-0",
                "null",
                "\"a,]\\\\\\\"\"",
                "[ 1 , [ ] ]",
                "{ \"a\":" + spaces + "\"" + "é\\u00e9".repeat(500) + "\" }",
                "true",
                "{}");

        assertThat(JsonInput.elements("[" + String.join(",", texts) + "]")).isEqualTo(texts);
        assertThat(JsonInput.elements(
                        spaces + "[" + spaces + String.join(spaces + "," + spaces, texts) + spaces + "]" + "more"))
                .isEqualTo(texts);
        assertThat(JsonInput.elements("[ ]")).isEmpty();
        assertThat(JsonInput.elements("{}")).isNull();
    }
}
