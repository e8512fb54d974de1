package dev.sluice.admin.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.admin.api.ApiClient.Head;
import dev.sluice.admin.api.ApiClient.Response;
import dev.sluice.service.HealthResult;
import dev.sluice.service.LoadBalancer;
import dev.sluice.service.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class DeployApiTest {
    private static final HealthResult BROKEN = new HealthResult.WrongStatus(500, "boom", "");
    private static final String QUICK = ",\"health_check_interval\":\"10ms\"";

    @SuppressWarnings("NullAway.Init")
    private ApiFixture api;

    @BeforeEach
    void start() throws Exception {
        api = new ApiFixture();
    }

    @AfterEach
    void stop() throws Exception {
        api.close();
    }

    @Test
    void deploysAServiceAndAnswersWithIt() throws Exception {
        Response response = api.deploy(
                "web",
                "{\"targets\":[\"web-1:3000\",\"web-2:3000\"],\"read_targets\":[\"web-3\"],"
                        + "\"hosts\":[\"app.example.com\"],\"path_prefixes\":[\"api/\"]}");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.head().header("content-type")).isEqualTo("application/json");
        JsonNode service = response.json();
        assertThat(service.path("name").asText()).isEqualTo("web");
        assertThat(service.path("state").asText()).isEqualTo("running");
        assertThat(service.path("hosts").toString()).isEqualTo("[\"app.example.com\"]");
        assertThat(service.path("path_prefixes").toString()).isEqualTo("[\"/api\"]");
        assertThat(service.path("fault").isNull()).isTrue();
        assertThat(service.path("rollout").isNull()).isTrue();
        assertThat(service.path("targets").toString())
                .isEqualTo(
                        "[{\"address\":\"web-1:3000\",\"role\":\"writer\",\"state\":\"healthy\",\"error\":\"\",\"in_flight\":0},"
                                + "{\"address\":\"web-2:3000\",\"role\":\"writer\",\"state\":\"healthy\",\"error\":\"\",\"in_flight\":0},"
                                + "{\"address\":\"web-3\",\"role\":\"reader\",\"state\":\"healthy\",\"error\":\"\",\"in_flight\":0}]");
        assertThat(api.services.get("web").targetAddresses()).containsExactly("web-1:3000", "web-2:3000", "web-3");
    }

    @Test
    void everyOptionComesBackAsItWasGiven() throws Exception {
        String options = "\"hosts\":[\"a.example.com\",\"b.example.com\"],\"path_prefixes\":[\"/\"],"
                + "\"strip_path_prefix\":false,\"tls\":true,\"tls_on_demand_url\":\"\",\"tls_staging\":true,"
                + "\"tls_acme_directory\":\"\","
                + "\"tls_certificate_path\":\"/c.pem\",\"tls_private_key_path\":\"/k.pem\","
                + "\"tls_certificate_paths\":[\"/c.pem\",\"/d.pem\"],\"tls_private_key_paths\":[\"/k.pem\",\"/l.pem\"],"
                + "\"tls_acme_cache_path\":\"/acme\",\"tls_redirect\":false,\"canonical_host\":\"a.example.com\","
                + "\"health_check_interval\":\"1.5s\",\"health_check_timeout\":\"2s\",\"health_check_path\":\"/health\","
                + "\"health_check_port\":-1,\"health_check_host\":\"h.example.com\","
                + "\"health_check_rise\":2,\"health_check_fall\":3,\"writer_affinity_timeout\":\"3s\","
                + "\"read_target_websockets\":true,\"target_timeout\":\"1m30s\",\"buffer_requests\":true,"
                + "\"buffer_responses\":true,\"buffer_memory\":1,\"max_request_body\":3000000000,"
                + "\"max_response_body\":4,\"error_pages\":\"\",\"log_request_headers\":[\"X-A\"],"
                + "\"log_response_headers\":[\"X-B\"],\"exclude_metrics_paths\":[\"/up\"],\"forward_headers\":true,"
                + "\"client_ip_header\":\"X-Client\",\"scope_cookie_paths\":true,\"retry_for\":\"1s\","
                + "\"websocket_drain\":\"0s\",\"max_body\":5,\"target_proxy_protocol\":\"v2\","
                + "\"balancer_path\":\"/balancer\"";

        Response response = api.deploy("web", "{\"targets\":[\"web\"]," + options + "}");

        assertThat(response.status()).as(response.text()).isEqualTo(200);
        assertThat(response.json().path("options")).isEqualTo(new ObjectMapper().readTree("{" + options + "}"));
        assertThat(response.json().path("tls").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "health_check_rise":0            | health_check_rise: must be 1 or more, but is 0
            "health_check_fall":-1           | health_check_fall: must be 1 or more, but is -1
            "retry_for":"-1s"                | retry_for: must be 0 or more, but is -1s
            "max_body":-1                    | max_body: must be 0 or more bytes, but is -1
            "target_proxy_protocol":"v3"     | target_proxy_protocol: must be none, v1 or v2, but is "v3"
            "balancer_path":"up"             | balancer_path: must be a path such as /balancer, without a query, but is "up"
            "balancer_path":"/up?x"          | balancer_path: must be a path such as /balancer, without a query, but is "/up?x"
            """)
    void anOptionOutOfItsRangeIsRefusedByName(String option, String detail) throws Exception {
        Response response = api.deploy("web", "{\"targets\":[\"web\"]," + option + "}");

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.detail()).isEqualTo(detail);
        assertThat(api.services.table().find("web")).isNull();
    }

    @Test
    void forwardsHeadersUnlessTlsIsOnOrItIsSaid() throws Exception {
        String tls = "{\"targets\":[\"web\"],\"tls\":true,\"hosts\":[\"%s.example.com\"]%s}";

        assertThat(forwards(api.deploy("plain", "{\"targets\":[\"web\"],\"hosts\":[\"plain.example.com\"]}")))
                .isTrue();
        assertThat(forwards(api.deploy("tls", tls.formatted("tls", "")))).isFalse();
        assertThat(forwards(api.deploy("said", tls.formatted("said", ",\"forward_headers\":true"))))
                .isTrue();
    }

    private static boolean forwards(Response response) throws Exception {
        return response.json().at("/options/forward_headers").asBoolean();
    }

    @Test
    void targetsThatStayUnhealthyAreAProblemWithEvidence() throws Exception {
        api.probe.always("web-2", BROKEN);

        Response response = api.deploy("web", "{\"targets\":[\"web-1\",\"web-2\"],\"deploy_timeout\":\"100ms\"}");

        assertThat(response.status()).isEqualTo(422);
        assertThat(response.head().header("content-type")).isEqualTo("application/problem+json");
        assertThat(response.slug()).isEqualTo("targets-unhealthy");
        assertThat(response.detail()).isEqualTo("target failed to become healthy within configured timeout (100ms)");
        JsonNode evidence = response.json().path("targets").path(1);
        assertThat(evidence.path("target").asText()).isEqualTo("web-2");
        assertThat(evidence.path("tries").asInt()).isEqualTo(1);
        assertThat(evidence.path("last").asText()).isEqualTo("unexpected status (500)");
        assertThat(evidence.path("detail").asText()).isEqualTo("boom");
        assertThat(evidence.path("hint").isTextual()).isTrue();
        assertThat(api.services.table().find("web")).isNull();
    }

    @Test
    void aDeployThatFailsLeavesNoCertificatesOpen() throws Exception {
        String tls = "\"tls\":true,\"hosts\":[\"app.example.com\"],\"deploy_timeout\":\"50ms\"}";
        api.probe.always("broken", BROKEN);

        assertThat(api.deploy("web", "{\"targets\":[\"broken\"]," + tls).status())
                .isEqualTo(422);
        assertThat(api.openCertificates).hasValue(0);
        assertThat(api.deploy("web", "{\"targets\":[\"web\"]," + tls).status()).isEqualTo(200);
        assertThat(api.openCertificates).hasValue(1);
        api.call("DELETE", "/v1/services/web", "");
        assertThat(api.openCertificates).hasValue(0);
    }

    @Test
    void aHostOfAnotherServiceIsAConflict() throws Exception {
        api.deploy("one", "{\"targets\":[\"web\"]}");

        Response response = api.deploy("two", "{\"targets\":[\"web\"]}");

        assertThat(response.status()).isEqualTo(409);
        assertThat(response.slug()).isEqualTo("conflict");
        assertThat(response.detail()).isEqualTo("host settings conflict with another service");
    }

    @Test
    void optionsThatContradictOneAnotherAreRefusedInTheDomainsWords() throws Exception {
        Response response = api.deploy("web", "{\"targets\":[\"web\"],\"tls\":true}");

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.slug()).isEqualTo("invalid-options");
        assertThat(response.detail()).isEqualTo("service options invalid: host must be set when using TLS");
        assertThat(api.deploy("web", "{\"targets\":[\"http://web\"]}").detail())
                .isEqualTo("http://web :invalid host pattern");
        assertThat(api.deploy("web", "{\"targets\":[\"web\"],\"error_pages\":\"/none\"}")
                        .detail())
                .isEqualTo("unable to load error pages");
    }

    @Test
    void progressComesLineByLineInTheOrderInWhichItHappens() throws Exception {
        api.deploy("web", "{\"targets\":[\"old-web\"]}");
        LoadBalancer replaced = api.services.get("web").active();
        Target busy = (Target) replaced.claim(false);
        api.probe.first("new-web", BROKEN, BROKEN);
        CountDownLatch checks = api.probe.hold("new-web");

        try (ApiClient client = api.connect()) {
            client.request(
                    "POST", "/v1/services/web/deploys", "{\"targets\":[\"new-web\"]" + QUICK + "}", ApiFixture.LINES);
            checks.countDown();
            Head head = client.head();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-type")).isEqualTo("application/x-ndjson");
            assertThat(client.chunk())
                    .isEqualTo("{\"event\":\"checked\",\"target\":\"new-web\",\"tries\":1,\"healthy\":false,"
                            + "\"message\":\"unexpected status (500)\"}\n");
            assertThat(client.event().path("tries").asInt()).isEqualTo(2);
            JsonNode third = client.event();
            assertThat(third.path("tries").asInt()).isEqualTo(3);
            assertThat(third.path("healthy").asBoolean()).isTrue();
            assertThat(client.chunk()).isEqualTo("{\"event\":\"switched\"}\n");
            assertThat(client.chunk()).isEqualTo("{\"event\":\"draining\",\"in_flight\":1}\n");
            busy.release();
            JsonNode last = client.event();
            assertThat(last.path("event").asText()).isEqualTo("deployed");
            assertThat(last.at("/service/targets/0/address").asText()).isEqualTo("new-web");
            assertThat(client.chunk()).isEmpty();
            assertThat(client.call("GET", "/v1/services", "").status())
                    .as("the connection goes on")
                    .isEqualTo(200);
        }
    }

    @Test
    void aStreamedDeployThatFailsEndsWithTheProblem() throws Exception {
        api.probe.always("web", BROKEN);

        Response response = api.call(
                "POST",
                "/v1/services/web/deploys",
                "{\"targets\":[\"web\"],\"deploy_timeout\":\"50ms\"}",
                ApiFixture.LINES);

        assertThat(response.status()).isEqualTo(200);
        List<String> lines = Arrays.asList(response.text().split("\n"));
        JsonNode last = new ObjectMapper().readTree(lines.getLast());
        assertThat(lines.getFirst()).contains("\"event\":\"checked\"");
        assertThat(last.path("event").asText()).isEqualTo("failed");
        assertThat(last.at("/problem/status").asInt()).isEqualTo(422);
        assertThat(last.at("/problem/targets/0/target").asText()).isEqualTo("web");
    }

    @Test
    void whatFailsBeforeTheFirstEventIsAnOrdinaryProblemAlsoForAStream() throws Exception {
        Response unknown = api.call("POST", "/v1/services/web/deploys", "{\"target\":[\"web\"]}", ApiFixture.LINES);
        Response invalid =
                api.call("POST", "/v1/services/web/deploys", "{\"targets\":[\"web\"],\"tls\":true}", ApiFixture.LINES);

        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.slug()).isEqualTo("unknown-field");
        assertThat(invalid.status()).isEqualTo(400);
        assertThat(invalid.slug()).isEqualTo("invalid-options");
    }

    @Test
    void deploysOfDifferentServicesRunSideBySide() throws Exception {
        CountDownLatch slow = api.probe.hold("slow");
        CompletableFuture<Response> first =
                ApiFixture.beside(() -> api.deploy("one", "{\"targets\":[\"slow\"],\"hosts\":[\"one.example.com\"]}"));
        await().until(() -> api.probe.probes() > 0);

        Response second = api.deploy("two", "{\"targets\":[\"web\"],\"hosts\":[\"two.example.com\"]}");

        assertThat(second.status()).isEqualTo(200);
        assertThat(first).isNotDone();
        slow.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
    }

    @Test
    void aSecondDeployOfAServiceWaitsForTheFirstAndStands() throws Exception {
        CountDownLatch slow = api.probe.hold("first");
        CompletableFuture<Response> first = ApiFixture.beside(() -> api.deploy("web", "{\"targets\":[\"first\"]}"));
        await().until(() -> api.probe.probes() > 0);
        CompletableFuture<Response> second = ApiFixture.beside(() -> api.deploy("web", "{\"targets\":[\"second\"]}"));

        await().during(150, TimeUnit.MILLISECONDS).until(() -> !second.isDone() && api.probe.probes() == 1);
        slow.countDown();

        assertThat(first.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
        assertThat(second.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
        assertThat(api.services.get("web").targetAddresses()).containsExactly("second");
    }

    @Test
    void aClientThatLeavesDoesNotCancelItsDeploy() throws Exception {
        for (String accept : List.of("Accept: application/json", ApiFixture.LINES)) {
            String target = accept.equals(ApiFixture.LINES) ? "streamed" : "waited-for";
            CountDownLatch slow = api.probe.hold(target);
            int before = api.probe.probes();
            try (ApiClient client = api.connect()) {
                client.request("POST", "/v1/services/web/deploys", "{\"targets\":[\"" + target + "\"]}", accept);
                await().until(() -> api.probe.probes() > before);
            }
            slow.countDown();

            await().untilAsserted(() ->
                    assertThat(api.services.get("web").targetAddresses()).containsExactly(target));
            assertThat(api.get("/v1/services/web").status()).isEqualTo(200);
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsUpNothing() throws Exception {
        // More than the socket's buffers and Netty's mark of 64 KiB take, in a few checks.
        HealthResult wordy = new HealthResult.BadAnswer("x".repeat(100_000), false);
        HealthResult[] script = new HealthResult[20];
        Arrays.fill(script, wordy);
        api.probe.first("web", script);

        try (ApiClient client = api.connect()) {
            client.request(
                    "POST", "/v1/services/web/deploys", "{\"targets\":[\"web\"]" + QUICK + "}", ApiFixture.LINES);
            await().until(() -> api.services.table().find("web") != null);

            client.head();
            List<String> events = new ArrayList<>();
            for (String line = client.chunk(); !line.isEmpty(); line = client.chunk()) {
                events.add(new ObjectMapper().readTree(line).path("event").asText());
            }
            assertThat(events).hasSizeLessThan(20).endsWith("switched", "deployed");
        }
    }
}
