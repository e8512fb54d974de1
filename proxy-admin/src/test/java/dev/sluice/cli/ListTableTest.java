package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.admin.client.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ListTableTest {
    private static final JsonObject WEB = service("web", List.of(), "web-1:3000", "writer");

    @Test
    void theColouredTableIsKamalProxysByteForByte() {
        assertThat(ListTable.of(List.of(WEB), true).replace('\033', '␛')).isEqualTo("""
                ␛[3;94mService␛[0m  ␛[3;94mHost␛[0m  ␛[3;94mPath␛[0m  ␛[3;94mTarget␛[0m      ␛[3;94mState␛[0m    ␛[3;94mTLS␛[0m \s
                ␛[1;34mweb␛[0m      ␛[m*␛[0m     ␛[m/␛[0m     ␛[mweb-1:3000␛[0m  ␛[mrunning␛[0m  ␛[mno␛[0m  \s
                """);
    }

    @Test
    void withoutServicesThereIsTheHeader() {
        assertThat(ListTable.of(List.of(), false)).isEqualTo("Service  Host  Path  Target  State  TLS\n");
    }

    @Test
    void withoutColoursLinesEndWithTheirText() {
        JsonObject api =
                service("api-é", List.of("a.test", "b.test"), "r:1", "reader", "w:1", "writer", "r:2", "reader");

        assertThat(ListTable.of(List.of(api, WEB), false)).isEqualTo("""
                Service  Host           Path  Target       State    TLS
                api-é   a.test,b.test  /     w:1,r:1,r:2  running  no
                web      *              /     web-1:3000   running  no
                """);
    }

    private static JsonObject service(String name, List<String> hosts, String... targets) {
        List<JsonObject> list = new ArrayList<>();
        for (int i = 0; i < targets.length; i += 2) {
            list.add(new JsonObject(Map.of("address", targets[i], "role", targets[i + 1])));
        }
        return new JsonObject(Map.of(
                "name",
                name,
                "hosts",
                hosts,
                "path_prefixes",
                List.of("/"),
                "tls",
                false,
                "state",
                "running",
                "targets",
                list));
    }
}
