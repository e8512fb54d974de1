package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorPagesTest {
    @TempDir
    private Path directory;

    private ErrorPages pages(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
        return ErrorPages.load(directory, ErrorPages.BUILT_IN);
    }

    private String rendered(String template, String message) throws IOException {
        return pages("503.html", template).render(503, message);
    }

    @ParameterizedTest
    @CsvSource({
        "404,Not Found",
        "413,Content Too Large",
        "502,Bad Gateway",
        "503,Service Temporarily Unavailable",
        "504,Gateway Timeout"
    })
    void builtInPagesAreWholeInThemselves(int status, String title) {
        String page = ErrorPages.BUILT_IN.render(status, "");
        assertThat(page)
                .startsWith("<!DOCTYPE html>")
                .contains("<title>" + status + " — " + title + "</title>")
                .contains("noindex")
                .doesNotContain("{{", "://", "STATUS", "TITLE", "ADVICE")
                .doesNotContainIgnoringCase("sluice");
    }

    @Test
    void theMessageIsShownEscapedInPlaceOfTheAdvice() {
        String page = ErrorPages.BUILT_IN.render(503, "back at <noon> & \"later\", 1+1='2'");
        assertThat(page).contains("<p>back at &lt;noon&gt; &amp; &#34;later&#34;, 1&#43;1=&#39;2&#39;</p>");
        assertThat(page).doesNotContain("Please");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "418,<h1>418 I'm a teapot</h1>",
                "500,<h1>500 Internal Server Error</h1>",
                "400,<h1>400 Bad Request</h1>"
            })
    void otherStatusesGetAHeading(int status, String page) {
        assertThat(ErrorPages.BUILT_IN.render(status, "")).isEqualTo(page);
    }

    @Test
    void customPagesGoBeforeTheBuiltInOnes() throws IOException {
        ErrorPages pages = pages("404.html", "<b>gone</b>");
        assertThat(pages.render(404, "")).isEqualTo("<b>gone</b>");
        assertThat(pages.render(503, "words")).contains("Service Temporarily Unavailable", "words");
        assertThat(pages.render(418, "")).contains("I'm a teapot");
    }

    @Test
    void filesOfOtherNamesAreReadButNotUsed() throws IOException {
        Files.writeString(directory.resolve("503.txt"), "{{ broken");
        ErrorPages pages = pages("about.html", "about");
        assertThat(pages.render(404, "")).contains("Not Found");
        assertThatThrownBy(() -> pages("about.html", "{{ .About }}")).hasMessageContaining("about.html:1:1");
    }

    @ParameterizedTest
    @CsvSource({
        "[{{ .Message }}],[words]",
        "[{{.Message}}],[words]",
        "[{{  .Message\t}}],[words]",
        "a {{- .Message -}} b,awordsb",
        "[ {{- .Message -}} ],[words]",
        "[ {{- .Message }} ],[words ]",
        "[ {{ .Message -}} ],[ words]",
        "{{/* a }} comment */}}x,x",
        "a {{- /* c */ -}} b,ab",
        "{{ .Message }}{{ .Message }},wordswords",
        "{ {x} },{ {x} }",
        "{{ if .Message }}[{{ .Message }}]{{ else }}none{{ end }}.,[words].",
        "{{ if .Message }}a{{ end }}{{ if .Message }}b{{ else }}c{{ end }},ab"
    })
    void templatesAreRenderedAsGoDoes(String template, String page) throws IOException {
        assertThat(rendered(template, "words")).isEqualTo(page);
    }

    @ParameterizedTest
    @CsvSource({
        "[{{ .Message }}],[]",
        "{{ if .Message }}[{{ .Message }}]{{ else }}none{{ end }}.,none.",
        "{{ if .Message }}a{{ if .Message }}b{{ end }}{{ else }}c{{ if .Message }}d{{ else }}e{{ end }}{{ end }},ce"
    })
    void withoutAMessageThePlaceholderIsEmpty(String template, String page) throws IOException {
        assertThat(rendered(template, "")).isEqualTo(page);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{{ .Message|503.html:1:1: this {{ is not closed by }}",
                "ab{{ .Oops }}|503.html:1:3: {{ .Oops }} is not supported",
                "{{ }}|is not supported",
                "{{-.Message}}|{{ -.Message }} is not supported",
                "{{ if .Message }}x|503.html:1:1: this {{ if }} has no {{ end }}",
                "x{{ end }}|503.html:1:2: this {{ end }} belongs to no {{ if }}",
                "{{ else }}|belongs to no {{ if }}",
                "{{ if .Message }}{{ else }}{{ else }}|belongs to no {{ if }}",
                "{{/* never ends }}|is not closed"
            })
    void whatIsNoTemplateIsRefusedWithItsPlace(String template, String error) {
        assertThatThrownBy(() -> rendered(template, ""))
                .isInstanceOf(ErrorPagesUnusable.class)
                .hasMessageStartingWith(directory.toString())
                .hasMessageContaining(error);
    }

    @Test
    void thePlaceIsTheLineAndColumn() {
        assertThatThrownBy(() -> rendered("one\ntwo {{ .Message }}\n  {{ x }}", ""))
                .hasMessageContaining("503.html:3:3:");
    }

    @Test
    void aDirectoryWithoutPagesIsRefused() throws IOException {
        Path missing = directory.resolve("none");
        assertThatThrownBy(() -> ErrorPages.load(missing, ErrorPages.BUILT_IN))
                .isInstanceOf(ErrorPagesUnusable.class)
                .hasMessage(missing + ": there is no such directory");
        assertThatThrownBy(() -> ErrorPages.load(directory, ErrorPages.BUILT_IN))
                .hasMessage(directory + ": has no file named *.html");
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> ErrorPages.load(file, ErrorPages.BUILT_IN)).isInstanceOf(ErrorPagesUnusable.class);
        Files.createDirectory(directory.resolve("503.html"));
        assertThatThrownBy(() -> ErrorPages.load(directory, ErrorPages.BUILT_IN))
                .hasMessageContaining("503.html");
    }

    @Test
    void jsonAndTextTellTheSame() {
        assertThat(ErrorPages.json(404, "")).isEqualTo("{\"status\":404,\"error\":\"Not Found\"}\n");
        assertThat(ErrorPages.json(503, "a \"b\"\n"))
                .isEqualTo("{\"status\":503,\"error\":\"Service Temporarily Unavailable\","
                        + "\"message\":\"a \\\"b\\\"\\n\"}\n");
        assertThat(ErrorPages.text(502, "")).isEqualTo("502 Bad Gateway\n");
        assertThat(ErrorPages.text(503, "at noon")).isEqualTo("503 Service Temporarily Unavailable\nat noon\n");
    }
}
