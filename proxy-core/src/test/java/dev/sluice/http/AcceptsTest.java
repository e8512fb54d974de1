package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptsTest {

    @ParameterizedTest
    @CsvSource({
        "*/*,HTML",
        "text/html,HTML",
        "'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',HTML",
        "'application/json, text/plain, */*',HTML",
        "'application/json, text/html;q=0.1',HTML",
        "image/png,HTML",
        "text/*,HTML",
        "garbage,HTML",
        "', ;q=1',HTML",
        "application/json,JSON",
        "Application/JSON; charset=utf-8,JSON",
        "application/*,JSON",
        "application/problem+json,JSON",
        "'application/json, text/plain',JSON",
        "'application/json;q=0.5, text/plain;q=0.6',TEXT",
        "'application/json;v=1;q=0.2, text/plain;q=0.199',JSON",
        "'application/json, text/html;q=0',JSON",
        "'application/json, */*;q=0.0',JSON",
        "application/json;q=0,HTML",
        "text/plain,TEXT"
    })
    void htmlUnlessTheClientWantsSomethingElseOnly(String accept, Accepts.Body body) {
        assertThat(Accepts.choose(accept)).isEqualTo(body);
    }

    @Test
    void withoutAcceptItIsHtml() {
        assertThat(Accepts.choose(null)).isEqualTo(Accepts.Body.HTML);
        assertThat(Accepts.choose("")).isEqualTo(Accepts.Body.HTML);
    }
}
