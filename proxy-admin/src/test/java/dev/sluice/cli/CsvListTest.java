package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CsvListTest {

    @Test
    void elementsStandBetweenCommas() {
        assertThat(CsvList.parse("a")).containsExactly("a");
        assertThat(CsvList.parse("a,b, c ")).containsExactly("a", "b", " c ");
    }

    @Test
    void theEmptyValueIsTheEmptyList() {
        assertThat(CsvList.parse("")).isEmpty();
    }

    @Test
    void aCommaAtEitherEndMakesAnEmptyElement() {
        assertThat(CsvList.parse("a,")).containsExactly("a", "");
        assertThat(CsvList.parse(",")).containsExactly("", "");
        assertThat(CsvList.parse("\"a\",")).containsExactly("a", "");
    }

    @Test
    void quotesProtectCommasAndQuotes() {
        assertThat(CsvList.parse("\"a,b\",c")).containsExactly("a,b", "c");
        assertThat(CsvList.parse("\"a\"\"b\",\"\"")).containsExactly("a\"b", "");
        assertThat(CsvList.parse("\"a\nb\"")).containsExactly("a\nb");
    }

    @Test
    void onlyTheFirstLineCounts() {
        assertThat(CsvList.parse("a,b\nc,d")).containsExactly("a", "b");
        assertThat(CsvList.parse("\"a\"\nc")).containsExactly("a");
    }

    @Test
    void quotesInTheWrongPlaceAreRefusedInGosWords() {
        assertThatThrownBy(() -> CsvList.parse("a,b\"c"))
                .hasMessage("parse error on line 1, column 4: bare \" in non-quoted-field");
        assertThatThrownBy(() -> CsvList.parse("\"a\"b"))
                .hasMessage("parse error on line 1, column 3: extraneous or missing \" in quoted-field");
        assertThatThrownBy(() -> CsvList.parse("\"ab"))
                .hasMessage("parse error on line 1, column 4: extraneous or missing \" in quoted-field");
    }
}
