package dev.sluice.admin.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.admin.api.ApiClient.Response;
import dev.sluice.service.LoadBalancer;
import dev.sluice.service.PauseGate;
import dev.sluice.service.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everything but deploys. */
@Timeout(30)
class ServiceCommandsTest {

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

    private void deployWeb() throws Exception {
        assertThat(api.deploy("web", "{\"targets\":[\"web:3000\"]}").status()).isEqualTo(200);
    }

    @Test
    void listsServicesInTheOrderOfTheirNames() throws Exception {
        assertThat(api.get("/v1/services").text()).isEqualTo("{\"services\":[]}");
        api.deploy("b", "{\"targets\":[\"web\"],\"hosts\":[\"b.example.com\"]}");
        api.deploy("a", "{\"targets\":[\"web\"]}");

        JsonNode services = api.get("/v1/services").json().path("services");

        assertThat(services.findValuesAsText("name")).containsExactly("a", "b");
        assertThat(services.at("/0/hosts").isEmpty()).as("any host").isTrue();
        assertThat(services.at("/0/options/hosts").isEmpty()).isTrue();
        assertThat(api.get("/v1/services/b").json()).isEqualTo(services.get(1));
    }

    @Test
    void listsServicesWithoutTheirOptionsToThoseWhoPreferLittle() throws Exception {
        deployWeb();
        JsonNode whole = api.get("/v1/services").json().at("/services/0");

        for (String preference : List.of("return=minimal", "respond-async, Return=Minimal")) {
            JsonNode minimal = api.call("GET", "/v1/services", "", "Prefer: " + preference)
                    .json()
                    .at("/services/0");
            assertThat(minimal.get("options").isNull()).isTrue();
            assertThat(((ObjectNode) minimal)
                            .set("options", whole.get("options"))
                            .toString())
                    .isEqualTo(whole.toString());
        }
        assertThat(api.call("GET", "/v1/services", "", "Prefer: return=representation")
                        .json()
                        .at("/services/0/options/forward_headers")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void namesInThePathAreDecoded() throws Exception {
        Response response = api.deploy("a%2Fb%20%C3%BC+", "{\"targets\":[\"web\"]}");

        assertThat(response.json().path("name").asText()).isEqualTo("a/b ü+");
        assertThat(api.get("/v1/services/a%2fb%20%c3%bc%2B").status()).isEqualTo(200);
    }

    @Test
    void removesAService() throws Exception {
        deployWeb();

        Response removed = api.call("DELETE", "/v1/services/web", "");

        assertThat(removed.status()).isEqualTo(204);
        assertThat(api.services.table().services()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "GET,''",
        "DELETE,''",
        "POST,/rollout/deploys",
        "PUT,/rollout",
        "DELETE,/rollout",
        "POST,/pause",
        "POST,/stop",
        "POST,/resume"
    })
    void aServiceThatIsNotThereIsNotFound(String method, String path) throws Exception {
        String body = path.endsWith("deploys") ? "{\"targets\":[\"web\"]}" : "";

        Response response = api.call(method, "/v1/services/none" + path, body);

        assertThat(response.status()).isEqualTo(404);
        assertThat(response.slug()).isEqualTo("service-not-found");
        assertThat(response.detail()).isEqualTo("service not found");
    }

    @Test
    void pausesStopsAndResumes() throws Exception {
        deployWeb();
        PauseGate gate = api.services.get("web").gate();

        JsonNode paused =
                api.post("/v1/services/web/pause", "{\"max_pause\":\"1m30s\"}").json();
        assertThat(paused.path("state").asText()).isEqualTo("paused");
        assertThat(gate.state()).isEqualTo(new PauseGate.Paused(Duration.ofSeconds(90)));

        JsonNode stopped = api.post("/v1/services/web/stop", "{\"drain_timeout\":\"0\",\"message\":\"Back <soon>\"}")
                .json();
        assertThat(stopped.path("state").asText()).isEqualTo("stopped");
        assertThat(stopped.path("message").asText()).isEqualTo("Back <soon>");

        JsonNode resumed = api.call("POST", "/v1/services/web/resume", "").json();
        assertThat(resumed.path("state").asText()).isEqualTo("running");
        assertThat(resumed.path("message").asText()).isEmpty();

        api.call("POST", "/v1/services/web/pause", "");
        assertThat(gate.state()).as("defaults").isEqualTo(new PauseGate.Paused(Duration.ofSeconds(30)));
        assertThat(api.post("/v1/services/web/resume", "{}").status()).isEqualTo(200);
    }

    @Test
    void aPauseAnswersWhenTheRequestsInFlightAreDone() throws Exception {
        deployWeb();
        LoadBalancer balancer = api.services.get("web").active();
        Target busy = (Target) balancer.claim(false);
        CompletableFuture<Response> pause = ApiFixture.beside(() -> api.call("POST", "/v1/services/web/pause", ""));

        await().until(() -> !api.services.get("web").gate().running());
        assertThat(api.get("/v1/services/web").json().at("/targets/0/in_flight").asInt())
                .isEqualTo(1);
        assertThat(pause).isNotDone();
        busy.release();

        assertThat(pause.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
    }

    @Test
    void rollsOut() throws Exception {
        deployWeb();
        Response tooSoon = api.call("PUT", "/v1/services/web/rollout", "{\"percent\":10}");
        assertThat(tooSoon.status()).isEqualTo(409);
        assertThat(tooSoon.detail()).isEqualTo("rollout target not set");

        Response deployed = api.post("/v1/services/web/rollout/deploys", "{\"targets\":[\"new:3000\"]}");
        assertThat(deployed.json().at("/rollout_targets/0/address").asText()).isEqualTo("new:3000");
        assertThat(deployed.json().path("rollout").isNull()).isTrue();

        Response set = api.call("PUT", "/v1/services/web/rollout", "{\"percent\":250,\"list\":[\"ann\"]}");
        assertThat(set.json().path("rollout").toString()).isEqualTo("{\"percent\":250,\"list\":[\"ann\"]}");

        Response cleared = api.call("PUT", "/v1/services/web/rollout", "");
        assertThat(cleared.json().path("rollout").toString()).isEqualTo("{\"percent\":0,\"list\":[]}");

        Response stopped = api.call("DELETE", "/v1/services/web/rollout", "");
        assertThat(stopped.json().path("rollout").isNull()).isTrue();
        assertThat(stopped.json().path("rollout_targets")).hasSize(1);
    }

    @Test
    void aRolloutDeployTellsItsProgressToo() throws Exception {
        deployWeb();

        Response response =
                api.call("POST", "/v1/services/web/rollout/deploys", "{\"targets\":[\"new\"]}", ApiFixture.LINES);

        assertThat(response.text().lines().map(line -> line.substring(0, 18)))
                .containsExactly("{\"event\":\"checked\"", "{\"event\":\"switched", "{\"event\":\"deployed");
    }

    @Test
    void tellsOfTheDaemon() throws Exception {
        deployWeb();

        JsonNode status = api.get("/v1/status").json();

        assertThat(status.path("version").asText()).isEqualTo("9.8.7");
        assertThat(status.path("pid").asLong())
                .isEqualTo(ProcessHandle.current().pid());
        assertThat(Instant.parse(status.path("started_at").asText())).isBefore(Instant.now());
        assertThat(status.path("uptime_seconds").asInt()).isBetween(0, 30);
        assertThat(status.path("listeners").toString()).isEqualTo("[{\"name\":\"http\",\"address\":\"0.0.0.0:80\"}]");
        assertThat(status.path("services").asInt()).isEqualTo(1);
    }
}
