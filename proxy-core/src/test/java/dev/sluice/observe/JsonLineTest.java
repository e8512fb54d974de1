package dev.sluice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLineTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonLine.FieldName KEY = new JsonLine.FieldName("key");

    private final JsonLine line = new JsonLine();

    @Test
    void theHeadComesFirstAndFieldsKeepTheirOrder() throws Exception {
        line.begin();
        line.head(0, 5, "INFO", "Hello");
        line.field(KEY, "v");
        line.field(new JsonLine.FieldName("n"), -12);
        line.field("list", List.of("a", 1, true));
        line.end();

        assertThat(text())
                .matches("\\{\"time\":\"[^\"]+\\.000000005[^\"]*\",\"level\":\"INFO\",\"msg\":\"Hello\","
                        + "\"key\":\"v\",\"n\":-12,\"list\":\\[\"a\",1,true]}\n");
    }

    @Test
    void anyStringComesBackThroughAnotherReader() throws Exception {
        Random random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            String value = randomString(random);
            line.clear();
            line.begin();
            line.field(KEY, value);
            line.field("key2", value);
            line.end();

            JsonNode read = MAPPER.readTree(bytes());

            String expected = repaired(WireText.decode(value));
            assertThat(read.get("key").textValue()).isEqualTo(expected);
            assertThat(read.get("key2").textValue()).isEqualTo(expected);
        }
    }

    @Test
    void noLineHoldsAControlCharacterOrALineBreakOfAnyKind() throws Exception {
        StringBuilder all = new StringBuilder("\u0100");
        for (char c = 0; c < 0x100; c++) {
            all.append(c);
        }
        all.append("\u2028\u2029");
        line.begin();
        line.field(KEY, all.toString());
        line.end();

        String text = text();
        assertThat(text.substring(0, text.length() - 1).chars())
                .noneMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029);
        assertThat(MAPPER.readTree(text).get("key").textValue()).isEqualTo(all.toString());
    }

    @Test
    void wireBytesThatAreUtf8AreReadAsThatAndOthersAsLatin1() throws Exception {
        String utf8OnTheWire = new String("grün €".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        line.begin();
        line.field("utf8", utf8OnTheWire);
        line.field("latin1", "gr\u00fcn");
        line.field("both", "\u20ac and \u00c3\u00bc");
        line.end();

        JsonNode read = MAPPER.readTree(bytes());
        assertThat(read.get("utf8").textValue()).isEqualTo("grün €");
        assertThat(read.get("latin1").textValue()).isEqualTo("grün");
        assertThat(read.get("both").textValue()).isEqualTo("\u20ac and \u00c3\u00bc");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 9, 10, 99, 100, 1234567890123L, Long.MAX_VALUE, -1, -10, Long.MIN_VALUE})
    void wholeNumbersAreExact(long number) throws Exception {
        line.begin();
        line.field(KEY, number);
        line.end();

        assertThat(text()).isEqualTo("{\"key\":" + number + "}\n");
    }

    @Test
    void everyKindOfValueIsValidJson() throws Exception {
        List<Object> values = new ArrayList<>(Arrays.asList(
                null,
                true,
                (short) 3,
                1.5,
                1e300,
                Double.NaN,
                Float.POSITIVE_INFINITY,
                new BigDecimal("1E+3"),
                List.of(),
                List.of(List.of("x"))));
        line.begin();
        line.field("all", values);
        line.field("other", new IllegalStateException("why"));
        line.end();

        assertThat(MAPPER.readTree(bytes()))
                .hasToString("{\"all\":[null,true,3,1.5,1.0E300,\"NaN\",\"Infinity\",1000.0,[],[[\"x\"]]],"
                        + "\"other\":\"java.lang.IllegalStateException: why\"}");
    }

    @Test
    void aLineTakenBackLeavesTheOthers() throws Exception {
        line.begin();
        line.field("a", 1);
        line.end();
        line.begin();
        line.field("b", 2);
        line.undo();
        line.begin();
        line.field("c", 3);
        line.end();

        assertThat(text()).isEqualTo("{\"a\":1}\n{\"c\":3}\n");
    }

    @Test
    void linesLongerThanTheBufferAreWhole() throws Exception {
        String value = "ü\"".repeat(300_000);
        line.begin();
        line.field(KEY, value);
        line.end();

        assertThat(MAPPER.readTree(bytes()).get("key").textValue()).isEqualTo(value);
    }

    private static String randomString(Random random) {
        int kind = random.nextInt(4);
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(24); i > 0; i--) {
            text.append((char)
                    switch (kind) {
                        case 0 -> random.nextInt(0x80);
                        case 1 -> random.nextInt(0x100);
                        case 2 -> random.nextBoolean() ? 0xd7f0 + random.nextInt(0x820) : 'x';
                        default -> random.nextInt(0x10000);
                    });
        }
        return text.toString();
    }

    private static String repaired(String text) {
        StringBuilder repaired = new StringBuilder();
        text.codePoints().forEach(c -> repaired.appendCodePoint(c >= 0xd800 && c <= 0xdfff ? 0xfffd : c));
        return repaired.toString();
    }

    private byte[] bytes() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        line.writeTo(out);
        return out.toByteArray();
    }

    private String text() throws Exception {
        return new String(bytes(), StandardCharsets.UTF_8);
    }
}
