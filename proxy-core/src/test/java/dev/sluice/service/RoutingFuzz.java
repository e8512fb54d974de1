package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.http.HostName;
import dev.sluice.http.RequestTarget;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Hosts and targets as clients send them, on their way to a service and to its target. */
class RoutingFuzz {
    private static final RouteTable TABLE = RouteTable.of(List.of(
            OptionsFor.hosts("app.test").service("root"),
            OptionsFor.hosts("app.test").paths("/a", "/a/b", "/c d").service("paths"),
            OptionsFor.hosts("*.test").paths("/é").service("wild"),
            OptionsFor.hosts("").service("any")));

    @FuzzTest(maxDuration = "5s")
    @DictionaryEntries({
        "app.test",
        "x.test",
        "APP.TEST.:80",
        "[::1]:80",
        "/a",
        "/a/b",
        "/%61",
        "%2F",
        "/c%20d",
        "%C3%A9",
        "\u00c3\u00a9",
        "http://app.test/",
        "https://",
        "?",
        "..",
        "//",
        "%00",
        "%"
    })
    void everyTargetIsRefusedOrHasOneMeaning(FuzzedDataProvider data) {
        String authority = latin1(data, 24);
        String uri = latin1(data, 200);
        String host = HostName.normalise(authority);
        if (HostName.valid(authority)) {
            assertThat(host.chars()).noneMatch(c -> c <= ' ' || c == '/' || c == '@' || (c >= 'A' && c <= 'Z'));
        }
        RequestTarget target = RequestTarget.parse(uri);
        if (target == null) {
            return;
        }
        String escaped = RequestTarget.escaped(target.originForm());
        assertThat(escaped).startsWith("/");
        assertThat(escaped.chars()).allMatch(c -> c > ' ' && c < 0x7f && c != '#');
        RequestTarget again = Objects.requireNonNull(RequestTarget.parse(escaped));
        assertThat(again.decodedPath()).isEqualTo(target.decodedPath());

        if (TABLE.match(host, target.decodedPath()) instanceof RouteMatch.Matched(Service service, String prefix)) {
            assertThat(service.options().pathPrefixes()).contains(prefix);
            assertThat(prefix.length() == 1
                            || target.decodedPath().equals(prefix)
                            || target.decodedPath().startsWith(prefix + "/"))
                    .isTrue();
            RequestTarget stripped =
                    Objects.requireNonNull(RequestTarget.parse(RequestTarget.escaped(target.without(prefix))));
            assertThat(stripped.decodedPath()).isEqualTo(target.decodedPathWithout(prefix));
            assertThat(stripped.query()).isEqualTo(again.query());
        }
    }

    private static String latin1(FuzzedDataProvider data, int most) {
        return new String(data.consumeBytes(data.consumeInt(0, most)), StandardCharsets.ISO_8859_1);
    }
}
