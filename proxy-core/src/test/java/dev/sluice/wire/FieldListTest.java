package dev.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldListTest {
    private static final List<CharSequence> NAMES = List.of(
            "Host",
            "host",
            "HOST",
            "Hose",
            "a",
            "A",
            AsciiString.cached("X-Forwarded-For"),
            "x-forwarded-for",
            "Cookie");

    private final FieldList fields = new FieldList();

    @RepeatedTest(20)
    void whateverIsDoneItIsAsWithNettysHeaders() {
        Random random = new Random();
        HttpHeaders reference = new DefaultHttpHeaders();
        List<String> done = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            CharSequence name = NAMES.get(random.nextInt(NAMES.size()));
            String value = Integer.toString(random.nextInt(5));
            int what = random.nextInt(20);
            done.add(what + " " + name + " " + value);
            List.of(fields, reference).forEach(headers -> change(headers, what, name, value));
            for (CharSequence asked : NAMES) {
                assertThat(fields.get(asked)).as("%s", done).isEqualTo(reference.get(asked));
                assertThat(fields.get(asked.toString())).isEqualTo(reference.get(asked.toString()));
                assertThat(fields.getAll(asked)).as("%s", done).isEqualTo(reference.getAll(asked));
                assertThat(fields.contains(asked)).isEqualTo(reference.contains(asked));
                assertThat(fields.getInt(asked)).isEqualTo(reference.getInt(asked));
                assertThat(fields.getShort(asked, (short) 7)).isEqualTo(reference.getShort(asked, (short) 7));
                assertThat(fields.containsValue(asked, "3", true)).isEqualTo(reference.containsValue(asked, "3", true));
            }
            assertThat(text(fields)).as("%s", done).isEqualTo(text(reference));
            assertThat(fields.entries()).isEqualTo(reference.entries());
            assertThat(fields).containsExactlyElementsOf(reference);
            assertThat(fields.copy().entries()).isEqualTo(reference.entries());
            assertThat(fields.size()).isEqualTo(reference.size());
            assertThat(fields.isEmpty()).isEqualTo(reference.isEmpty());
        }
    }

    private static void change(HttpHeaders headers, int what, CharSequence name, String value) {
        switch (what) {
            case 0 -> headers.clear();
            case 1, 2, 3 -> headers.remove(name);
            case 4 -> headers.remove(name.toString());
            case 5, 6 -> headers.set(name, value);
            case 7 -> headers.set(name, List.of(value, "more"));
            case 8 -> headers.set(name, List.of());
            case 9 -> headers.setInt(name, 40_000);
            case 10 -> headers.addInt(name, 12);
            case 11 -> headers.add(name, List.of(value, value));
            case 12 -> headers.add(name, 1L);
            default -> headers.add(name, value);
        }
    }

    private static List<String> text(HttpHeaders headers) {
        List<String> text = new ArrayList<>();
        headers.iteratorCharSequence().forEachRemaining(field -> text.add(field.getKey() + ": " + field.getValue()));
        return text;
    }

    @Test
    void namesAreToldOnceInOneCase() {
        fields.add("b", "1").add("A", "2").add("B", "3");
        assertThat(fields.names()).containsExactly("A", "b");
    }

    @Test
    void aCopyIsItsOwn() {
        fields.add("a", "1");
        FieldList copy = fields.copy();
        copy.set("a", "2");
        assertThat(fields.entries()).containsExactly(Map.entry("a", "1"));
        assertThat(copy.entries()).containsExactly(Map.entry("a", "2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb", "\n", "a\0", "\u007f", "a\u000b"})
    void aValueThatCouldEndALineIsRefusedAndNothingChanges(String value) {
        fields.add("a", "1");
        assertThatIllegalArgumentException().isThrownBy(() -> fields.set("a", value));
        assertThatIllegalArgumentException().isThrownBy(() -> fields.add("a", value));
        assertThatIllegalArgumentException().isThrownBy(() -> fields.set("a", List.of("b", value)));
        assertThat(fields.entries()).containsExactly(Map.entry("a", "1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:", "a\r", "ä", "\u0161"})
    void aNameThatIsNoTokenIsRefusedAndNothingChanges(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> fields.set(name, "1"));
        assertThatIllegalArgumentException().isThrownBy(() -> fields.add(name, "1"));
        assertThatIllegalArgumentException().isThrownBy(() -> fields.set(name, List.of("1")));
        assertThat(fields.isEmpty()).isTrue();
    }
}
