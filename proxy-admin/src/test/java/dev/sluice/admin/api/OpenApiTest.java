package dev.sluice.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import dev.sluice.admin.api.dto.CertificateView;
import dev.sluice.admin.api.dto.DeployRequest;
import dev.sluice.admin.api.dto.EmptyRequest;
import dev.sluice.admin.api.dto.OptionsView;
import dev.sluice.admin.api.dto.PauseRequest;
import dev.sluice.admin.api.dto.Problem;
import dev.sluice.admin.api.dto.ProblemType;
import dev.sluice.admin.api.dto.ProgressLine;
import dev.sluice.admin.api.dto.RolloutDeployRequest;
import dev.sluice.admin.api.dto.RolloutRequest;
import dev.sluice.admin.api.dto.RolloutView;
import dev.sluice.admin.api.dto.ServiceListView;
import dev.sluice.admin.api.dto.ServiceView;
import dev.sluice.admin.api.dto.StatusView;
import dev.sluice.admin.api.dto.StopRequest;
import dev.sluice.admin.api.dto.TargetView;
import dev.sluice.service.TargetEvidence;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The document and the code say the same. */
@Timeout(30)
class OpenApiTest {
    private static final JsonNode DOCUMENT = document();
    private static final JsonNode SCHEMAS = DOCUMENT.at("/components/schemas");
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch", "head", "options");

    private static final Map<String, Class<? extends Record>> REQUESTS = Map.of(
            "DeployRequest", DeployRequest.class,
            "RolloutDeployRequest", RolloutDeployRequest.class,
            "RolloutRequest", RolloutRequest.class,
            "PauseRequest", PauseRequest.class,
            "StopRequest", StopRequest.class,
            "EmptyRequest", EmptyRequest.class);

    private static final Map<String, Class<? extends Record>> ANSWERS = Map.of(
            "Service", ServiceView.class,
            "ServiceList", ServiceListView.class,
            "Target", TargetView.class,
            "Certificate", CertificateView.class,
            "Rollout", RolloutView.class,
            "Options", OptionsView.class,
            "Status", StatusView.class,
            "Listener", StatusView.ListenerView.class,
            "Problem", Problem.class,
            "TargetEvidence", TargetEvidence.class);

    private static JsonNode document() {
        try (InputStream in = OpenApi.class.getResourceAsStream("openapi.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyRouteIsInTheDocumentAndTheOtherWayRound() throws Exception {
        Set<String> documented = new TreeSet<>();
        DOCUMENT.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (METHODS.contains(method)) {
                        documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                    }
                }));

        try (ApiFixture api = new ApiFixture()) {
            assertThat(api.routes.all().stream().map(r -> r.method() + " " + r.path()))
                    .containsExactlyInAnyOrderElementsOf(documented);
        }
    }

    @Test
    void theDocumentIsServed() throws Exception {
        try (ApiFixture api = new ApiFixture()) {
            JsonNode served = api.get("/v1/openapi.json").json();

            assertThat(served).isEqualTo(DOCUMENT);
            assertThat(served.path("openapi").asText()).startsWith("3.1.");
        }
    }

    @Test
    void schemasHaveTheFieldsOfTheRecords() {
        REQUESTS.forEach((name, type) -> {
            assertSameFields(name, type, Set.of());
            assertThat(SCHEMAS.path(name).path("additionalProperties").asBoolean(true))
                    .as(name + " is strict")
                    .isFalse();
        });
        ANSWERS.forEach((name, type) -> assertSameFields(name, type, Set.of()));
        Class<?>[] lines = ProgressLine.class.getPermittedSubclasses();
        for (Class<?> line : lines) {
            String name = line.getSimpleName();
            assertSameFields(name, line, Set.of("event"));
            assertThat(SCHEMAS.path(name).at("/properties/event/const").asText())
                    .isEqualTo(name.toLowerCase(Locale.ROOT));
        }
        Set<String> others = Set.of("Duration", "ProgressLine");
        assertThat(fieldNames(SCHEMAS)).hasSize(REQUESTS.size() + ANSWERS.size() + lines.length + others.size());
    }

    private static void assertSameFields(String name, Class<?> type, Set<String> besides) {
        Map<String, String> expected = new TreeMap<>();
        besides.forEach(field -> expected.put(field, ""));
        for (RecordComponent component : type.getRecordComponents()) {
            expected.put(SnakeCaseStrategy.INSTANCE.translate(component.getName()), jsonType(component.getType()));
        }
        Map<String, String> documented = new TreeMap<>();
        SCHEMAS.path(name)
                .path("properties")
                .properties()
                .forEach(p -> documented.put(p.getKey(), jsonType(p.getValue())));
        assertThat(documented).as(name).isEqualTo(expected);
        assertThat(expected.keySet())
                .as("required fields of " + name)
                .containsAll(strings(SCHEMAS.path(name).path("required")));
    }

    private static String jsonType(Class<?> type) {
        if (type == boolean.class || type == Boolean.class) {
            return "boolean";
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "integer";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "array";
        }
        return type == String.class || type == Duration.class ? "string" : "object";
    }

    private static String jsonType(JsonNode schema) {
        if (schema.has("$ref")) {
            return jsonType(DOCUMENT.at(schema.path("$ref").asText().substring(1)));
        }
        if (schema.has("oneOf")) {
            return jsonType(schema.path("oneOf").path(0));
        }
        JsonNode type = schema.path("type");
        return type.isArray() ? type.path(0).asText() : type.asText();
    }

    @Test
    void referencesLeadSomewhereAndAllSchemasAreUsed() {
        List<String> references = DOCUMENT.findValuesAsText("$ref");

        assertThat(references)
                .allSatisfy(reference -> assertThat(
                                DOCUMENT.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
        assertThat(references)
                .containsAll(fieldNames(SCHEMAS).stream()
                        .map(name -> "#/components/schemas/" + name)
                        .toList());
    }

    @Test
    void problemTypesAreThoseOfTheCode() {
        assertThat(strings(SCHEMAS.at("/Problem/properties/type/enum")))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ProblemType.values())
                        .map(ProblemType::uri)
                        .toList());
    }

    @Test
    void defaultsAreThoseThatADeployGets() throws Exception {
        try (ApiFixture api = new ApiFixture()) {
            JsonNode options =
                    api.deploy("web", "{\"targets\":[\"web\"]}").json().path("options");

            SCHEMAS.at("/DeployRequest/properties").properties().forEach(field -> {
                if (field.getValue().has("default") && options.has(field.getKey())) {
                    assertThat(options.path(field.getKey()))
                            .as(field.getKey())
                            .isEqualTo(field.getValue().path("default"));
                }
            });
            assertThat(fieldNames(options)).isEqualTo(fieldNames(SCHEMAS.at("/Options/properties")));
        }
    }

    @Test
    void everyOperationHasANameAndSaysWhatItAnswers() {
        List<JsonNode> operations = DOCUMENT.path("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream())
                .filter(operation -> METHODS.contains(operation.getKey()))
                .map(Map.Entry::getValue)
                .toList();

        assertThat(operations).allSatisfy(operation -> {
            assertThat(operation.path("summary").asText()).isNotEmpty();
            assertThat(fieldNames(operation.path("responses")))
                    .contains("default")
                    .anyMatch(s -> s.startsWith("2"));
        });
        assertThat(operations.stream().map(o -> o.path("operationId").asText()))
                .doesNotHaveDuplicates()
                .doesNotContain("");
    }

    private static Set<String> fieldNames(JsonNode node) {
        return node.properties().stream().map(Map.Entry::getKey).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> strings(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
