package dev.sluice.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {

    private static RequestTarget target(String uri) {
        return Objects.requireNonNull(RequestTarget.parse(uri), uri);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            emptyValue = "",
            value = {
                "/ / '' false",
                "/a/b /a/b '' false",
                "/a?b=c /a b=c true",
                "/a? /a '' true",
                "/a?? /a ? true",
                "/?p1=a;b;c&p2=%x&p3=ok / p1=a;b;c&p2=%x&p3=ok true",
                "/a%2Fb?x=%20+%2B /a%2Fb x=%20+%2B true",
                "//a//b //a//b '' false",
                "/a/../b /a/../b '' false"
            })
    void theOriginFormIsSplitByteForByte(String uri, String path, String query, boolean hasQuery) {
        RequestTarget target = target(uri);
        assertThat(target.path()).isEqualTo(path);
        assertThat(target.query()).isEqualTo(query);
        assertThat(target.hasQuery()).isEqualTo(hasQuery);
        assertThat(target.originForm()).isEqualTo(uri);
        assertThat(target.authority()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "http://h.test/abs?x=1,h.test,/abs?x=1",
        "http://h.test,h.test,/",
        "http://h.test?q,h.test,/?q",
        "HTTPS://H.test:8443/,H.test:8443,/",
        "http://[::1]:80/a,[::1]:80,/a",
        "http://h.test//a,h.test,//a"
    })
    void theAbsoluteFormYieldsAuthorityAndOriginForm(String uri, String authority, String originForm) {
        RequestTarget target = target(uri);
        assertThat(target.authority()).isEqualTo(authority);
        assertThat(target.originForm()).isEqualTo(originForm);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "a",
                "host:80",
                "ftp://h.test/",
                "http:/h.test",
                "http://",
                "http:///x",
                "http://user@h.test/",
                "http://h.test#x",
                "/a b",
                "/a\r\nX: y",
                "/\u0000",
                "/\u007f",
                "/\u0100",
                "?q"
            })
    void otherFormsAreRefused(String uri) {
        assertThat(RequestTarget.parse(uri)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/a%20b,/a b",
        "/a%2Fb,/a/b",
        "/%c3%A9,/é",
        "/%E2%82%AC,/€",
        "/%F0%9F%98%80,/😀",
        "/100%,/100%",
        "/%zz%4,/%zz%4",
        "/%ff,/%ff",
        "/%C3,/%C3",
        "/%C3%28,/%C3(",
        "/%c0%af,/%c0%af",
        "/%ed%a0%80,/%ed%a0%80",
        "/%f4%90%80%80,/%f4%90%80%80",
        "/%2525,/%25",
        "/+,/+"
    })
    void thePathIsDecodedAndMalformedPartsStay(String raw, String decoded) {
        assertThat(target(raw).decodedPath()).isEqualTo(decoded);
    }

    @Test
    void rawBytesAreReadAsUtf8() {
        assertThat(target("/caf\u00c3\u00a9/%C3\u00a9").decodedPath()).isEqualTo("/café/é");
        assertThat(target("/caf\u00e9").decodedPath()).isEqualTo("/caf%E9");
    }

    @Test
    void aPlainPathIsNotCopied() {
        RequestTarget target = target("/a/b");
        assertThat(target.path()).isSameAs(target.originForm());
        assertThat(target.decodedPath()).isSameAs(target.path());
    }

    @ParameterizedTest
    @CsvSource({
        "/app,/app,/,/",
        "/app/,/app,/,/",
        "/app/show,/app,/show,/show",
        "/app?q,/app,/?q,/",
        "/app/show?a=%2f,/app,/show?a=%2f,/show",
        "/app//x,/app,//x,//x",
        "/app/a%2Fb,/app,/a%2Fb,/a/b",
        "/%61pp/x%20y,/app,/x%20y,/x y",
        "/app%2Fx,/app,/x,/x",
        "/app%2f,/app,/,/",
        "/caf%C3%A9/x,/café,/x,/x",
        "/😀/x,/😀,/x,/x",
        "/app/x,/,/app/x,/app/x"
    })
    void aPrefixIsCutFromTheRawPath(String raw, String prefix, String rest, String decodedRest) {
        RequestTarget target = target(new String(raw.getBytes(UTF_8), ISO_8859_1));
        assertThat(target.without(prefix)).isEqualTo(rest);
        assertThat(target.decodedPathWithout(prefix)).isEqualTo(decodedRest);
    }

    @Test
    void aPrefixThatIsNotThereCutsNothing() {
        assertThat(target("/other?q").without("/app")).isEqualTo("/other?q");
        assertThat(target("/ap").without("/app")).isEqualTo("/ap");
        assertThat(target("/other").decodedPathWithout("/app")).isEqualTo("/other");
    }

    @Test
    void whateverTheBytesTheCutPathDecodesToTheCutDecodedPath() {
        Random random = new Random(7);
        String alphabet = "ab/%2Ff9cC3a8\u00c3\u00a9\u00ff";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder raw = new StringBuilder("/p/");
            int length = random.nextInt(12);
            for (int i = 0; i < length; i++) {
                raw.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            RequestTarget target = target(raw.toString());
            assertThat(target(target.without("/p")).decodedPath())
                    .as("raw %s", raw)
                    .isEqualTo(target.decodedPathWithout("/p"));
        }
    }
}
