package dev.sluice.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.service.DeliveryOptions;
import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import dev.sluice.service.PauseGate;
import dev.sluice.service.Rollout;
import dev.sluice.service.Service;
import dev.sluice.service.Target;
import dev.sluice.service.TargetOptions;
import dev.sluice.service.TlsOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateCodecTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final String PLAIN = """
            [{"name":"web","options":{"hosts":[""],"path_prefixes":["/"],"tls_enabled":false,\
            "tls_certificate_path":"","tls_private_key_path":"","tls_on_demand_url":"","tls_redirect":true,\
            "canonical_host":"","acme_directory":"","acme_cache_path":"","error_page_path":"","strip_prefix":true,\
            "writer_affinity_timeout":1000000000,"read_targets_accept_websockets":false,\
            "exclude_metrics_paths":null,"client_ip_header":""},\
            "target_options":{"health_check_config":{"path":"/up","port":0,"interval":1000000000,\
            "timeout":5000000000,"host":""},"response_timeout":30000000000,"buffer_requests":false,\
            "buffer_responses":false,"max_memory_buffer_size":1048576,"max_request_body_size":0,\
            "max_response_body_size":0,"log_request_headers":null,"log_response_headers":null,\
            "forward_headers":true,"scope_cookie_paths":false},\
            "active_targets":["web-1:3000"],"active_readers":[],"rollout_targets":null,"rollout_readers":null,\
            "pause_controller":{"state":0,"stop_message":"","fail_after":0},"rollout_controller":null}]
            """;

    private static final String FULL = """
            [{"name":"web","options":{"hosts":["a.test","b.test"],"path_prefixes":["/","/y"],"tls_enabled":true,\
            "tls_certificate_path":"/c.pem","tls_private_key_path":"/k.pem","tls_on_demand_url":"/allowed?a\\u0026b",\
            "tls_redirect":false,"canonical_host":"a.test","acme_directory":"https://ca.test/dir",\
            "acme_cache_path":"/x/certs","error_page_path":"/pages","strip_prefix":false,\
            "writer_affinity_timeout":3500000000,"read_targets_accept_websockets":true,\
            "exclude_metrics_paths":["/m"],"client_ip_header":"X-IP"},\
            "target_options":{"health_check_config":{"path":"/h","port":9000,"interval":2000000000,\
            "timeout":1000000,"host":"hc.test"},"response_timeout":7000000000,"buffer_requests":true,\
            "buffer_responses":true,"max_memory_buffer_size":5,"max_request_body_size":6,\
            "max_response_body_size":7,"log_request_headers":["A","B"],"log_response_headers":["C"],\
            "forward_headers":false,"scope_cookie_paths":true},\
            "active_targets":["w-1:3000","w-2"],"active_readers":["[::1]:81"],\
            "rollout_targets":["r-1:3000"],"rollout_readers":["r-2"],\
            "pause_controller":{"state":2,"stop_message":"hi \\u003cb\\u003e \\u0026 \\"bye\\" \\u2028ü",\
            "fail_after":0},"rollout_controller":{"percentage":20,"percentage_split_point":858993459,\
            "allowlist":["first"]}}]
            """;

    @Test
    void aPlainServiceIsWrittenAsKamalProxyDoes() throws Exception {
        assertThat(encoded(StoredServices.plain("web", "", "web-1:3000"))).isEqualTo(PLAIN);
    }

    @Test
    void everyOptionIsWrittenAsKamalProxyDoes() throws Exception {
        assertThat(encoded(StoredServices.full())).isEqualTo(FULL);
    }

    @ParameterizedTest
    @ValueSource(strings = {PLAIN, FULL, "[]\n"})
    void whatIsReadIsWrittenTheSame(String file) throws Exception {
        assertThat(encoded(decoded(file).toArray(Service[]::new))).isEqualTo(file);
    }

    @Test
    void aRestoredServiceIsTheOneThatWasStored() throws Exception {
        Service stored = StoredServices.full();

        Service restored = one(encoded(stored));

        assertThat(restored.name()).isEqualTo("web");
        assertThat(restored.options()).isEqualTo(stored.options());
        assertThat(restored.targetOptions()).isEqualTo(stored.targetOptions());
        assertThat(restored.active().addresses(Target.Role.WRITER)).containsExactly("w-1:3000", "w-2");
        assertThat(restored.active().addresses(Target.Role.READER)).containsExactly("[::1]:81");
        assertThat(restored.rolloutTargets()).isNotNull().satisfies(r -> {
            assertThat(r.addresses(Target.Role.WRITER)).containsExactly("r-1:3000");
            assertThat(r.addresses(Target.Role.READER)).containsExactly("r-2");
        });
        assertThat(restored.rollout()).isNotNull().satisfies(r -> {
            assertThat(r.percentage()).isEqualTo(20);
            assertThat(r.allowlist()).containsExactly("first");
        });
        assertThat(restored.gate().state()).isEqualTo(stored.gate().state());
        assertThat(restored.certificates()).isSameAs(StoredServices.CERTIFICATES);
        assertThat(restored.fault()).isNull();
        assertThat(restored.stored()).isNull();
    }

    @Test
    void whatKamalProxyHasNotIsStoredOnlyWhereItDiffers() throws Exception {
        String own = PLAIN.replace("\"host\":\"\"},", "\"host\":\"\",\"rise\":2,\"fall\":3},")
                .replace(
                        "\"scope_cookie_paths\":false}",
                        "\"scope_cookie_paths\":false,\"retry_for\":0,\"websocket_drain\":5000000000,\"max_body\":6,"
                                + "\"target_proxy_protocol\":\"v2\",\"balancer_path\":\"/lb\"}");

        Service service = one(own);

        assertThat(service.targetOptions().healthCheck().rise()).isEqualTo(2);
        assertThat(service.targetOptions().healthCheck().fall()).isEqualTo(3);
        assertThat(service.targetOptions().delivery())
                .isEqualTo(new DeliveryOptions(Duration.ZERO, Duration.ofSeconds(5), 6, ProxyProtocol.V2, "/lb"));
        assertThat(encoded(service)).isEqualTo(own);
        assertThat(one(own.replace("\"v2\"", "\"v9\"")).fault()).contains("known are none, v1 and v2");
    }

    @Test
    void aPauseIsKeptWithItsLimitAndRunningIsTheOneRunningState() throws Exception {
        PauseGate.State paused = new PauseGate.Paused(Duration.ofSeconds(12));
        Service service = StoredServices.service(
                "web", StoredServices.options(List.of(), List.of(), TlsOptions.OFF), paused, null, "app");

        assertThat(tree(service).get("pause_controller"))
                .hasToString("{\"state\":1,\"stop_message\":\"\",\"fail_after\":12000000000}");
        assertThat(one(encoded(service)).gate().state()).isEqualTo(paused);
        assertThat(one(PLAIN).gate().running()).isTrue();
    }

    @Test
    void aFileOfOldVersionsIsRead() throws Exception {
        Service service = one("""
                [{"name":"web","hosts":["old.test"],"active_target":"app:80","rollout_target":"next:80",
                  "options":{"tls_enabled":false,"tls_certificate_path":"","tls_private_key_path":"",
                    "acme_directory":"","acme_cache_path":"","error_page_path":""},
                  "target_options":{"health_check_config":{"path":"/up","interval":1000000000,"timeout":5000000000},
                    "response_timeout":3000000000,"buffer_requests":false,"buffer_responses":false,
                    "max_memory_buffer_size":0,"max_request_body_size":0,"max_response_body_size":0,
                    "log_request_headers":null,"log_response_headers":null},
                  "pause_controller":{"state":0,"stop_message":"","fail_after":0},"rollout_controller":null}]""");

        assertThat(service.name()).isEqualTo("web");
        assertThat(service.options().hosts()).containsExactly("old.test");
        assertThat(service.options().pathPrefixes()).containsExactly("/");
        assertThat(service.targetAddresses()).containsExactly("app:80");
        assertThat(service.rolloutTargets()).isNotNull();
        assertThat(service.targetOptions().responseTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(service.targetOptions().buffering().memory()).isZero();
        assertThat(service.fault()).isNull();
    }

    @Test
    void keysThatAreMissingTakeTodaysDefaults() throws Exception {
        Service service = one("[{\"name\":\"web\",\"active_targets\":[\"app\"]}]");

        assertThat(service.options().hosts()).containsExactly("");
        assertThat(service.options().tls().redirect()).isTrue();
        assertThat(service.options().stripPrefix()).isTrue();
        assertThat(service.options().writerAffinityTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(service.targetOptions().healthCheck()).isEqualTo(TargetOptions.DEFAULT.healthCheck());
        assertThat(service.targetOptions().forwardHeaders()).isFalse();
        assertThat(service.gate().running()).isTrue();
        assertThat(service.fault()).isNull();
    }

    @Test
    void keysAreReadInAnyCaseAndUnknownOnesIgnored() throws Exception {
        Service service = one("""
                [{"Name":"web","ACTIVE_TARGETS":["app"],"Options":{"Hosts":["x.test"],"Strip_Prefix":false,
                  "some_future_key":{"a":1}},"pause_controller":null,"other":[1,2]}]""");

        assertThat(service.name()).isEqualTo("web");
        assertThat(service.options().hosts()).containsExactly("x.test");
        assertThat(service.options().stripPrefix()).isFalse();
        assertThat(service.fault()).isNull();
    }

    @Test
    void aPathServiceUnderAWildcardIsWrittenSoThatKamalProxyCanRestoreIt() throws Exception {
        TlsOptions inherited = TlsOptions.OFF.inheriting(true, true);
        Service under = StoredServices.service(
                "api",
                StoredServices.options(List.of("*.w.test"), List.of("/api"), inherited),
                PauseGate.RUNNING,
                null,
                "app");
        Service named = StoredServices.service(
                "api",
                StoredServices.options(List.of("a.test"), List.of("/api"), inherited),
                PauseGate.RUNNING,
                null,
                "app");

        assertThat(tree(under).at("/options/tls_enabled").booleanValue()).isFalse();
        assertThat(tree(named).at("/options/tls_enabled").booleanValue()).isTrue();
        assertThat(one(encoded(named)).certificates()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "100, 4294967295", "20, 858993459", "1, 42949672.95", "250, 10737418237.5", "-5, -214748364.75"
    })
    void theSplitPointIsANumberAsGoWritesIt(int percentage, String expected) {
        assertThat(EntryWriter.goFloat(Rollout.splitPoint(percentage))).isEqualTo(expected);
    }

    @Test
    void aSplitWithoutAListIsWrittenWithNull() throws Exception {
        Service service = StoredServices.service(
                "web",
                StoredServices.options(List.of(), List.of(), TlsOptions.OFF),
                PauseGate.RUNNING,
                new Rollout(33, List.of()),
                "app");

        assertThat(encoded(service))
                .contains("\"rollout_controller\":{\"percentage\":33,\"percentage_split_point\":1417339207.35")
                .endsWith(",\"allowlist\":null}}]\n");
    }

    @Test
    void aLoneSurrogateSpoilsNothingElse() throws Exception {
        Service odd = StoredServices.plain("we\ud800b", "a.test", "app");

        assertThat(decoded(encoded(odd, StoredServices.plain("fine", "b.test", "app"))))
                .extracting(Service::name)
                .containsExactly("we?b", "fine");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "  \n", "{}", "\"x\"", "7", "this is not JSON", "[", "[{\"name\":\"a\"", "[1,", "\0\0\0"})
    void whatIsNoCompleteListIsRefused(String file) {
        assertThatThrownBy(() -> decoded(file)).isInstanceOf(DamagedState.class);
    }

    @Test
    void aListCutOffAnywhereIsRefused() {
        for (int length = 0; length < FULL.length() - 1; length++) {
            String torn = FULL.substring(0, length);
            assertThatThrownBy(() -> decoded(torn)).as(torn).isInstanceOf(DamagedState.class);
        }
    }

    @Test
    void nullIsNoServices() throws Exception {
        assertThat(decoded("null\n")).isEmpty();
    }

    private static JsonNode tree(Service service) throws Exception {
        return MAPPER.readTree(encoded(service)).get(0);
    }

    private static String encoded(Service... services) {
        return new String(StateCodec.encode(List.of(services)), StandardCharsets.UTF_8);
    }

    private static List<Service> decoded(String file) throws Exception {
        return StateCodec.decode(file.getBytes(StandardCharsets.UTF_8), StoredServices.PROBE, StoredServices.RESOURCES);
    }

    private static Service one(String file) throws Exception {
        List<Service> services = decoded(file);
        assertThat(services).hasSize(1);
        return services.getFirst();
    }
}
