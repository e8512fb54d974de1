package dev.sluice.admin.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.admin.api.dto.DeployRequest;
import dev.sluice.admin.api.dto.EmptyRequest;
import dev.sluice.admin.api.dto.InvalidField;
import dev.sluice.admin.api.dto.Problem;
import dev.sluice.admin.api.dto.RolloutRequest;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TargetOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictBodyTest {

    private static Problem refused(String body, Class<? extends Record> type) {
        return refused(body.getBytes(StandardCharsets.UTF_8), type);
    }

    private static Problem refused(byte[] body, Class<? extends Record> type) {
        RequestFailure failure = catchThrowableOfType(RequestFailure.class, () -> BodyReader.read(body, type));
        assertThat(failure).as("is refused").isNotNull();
        return failure.problem();
    }

    private static DeployRequest read(String body) throws RequestFailure {
        return BodyReader.read(body.getBytes(StandardCharsets.UTF_8), DeployRequest.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " ", "{", "{\"force\":tru}", "{\"force\":true}x", "{\"force\":true}{}",
                        "{\"force\":true,\"force\":true}",
                "{'force':true}", "{\"force\":true,}", "{\"percent\":01}", "{\"force\":true} //", "{\"a\":NaN}",
                        "\ufeff{}"
            })
    void whatIsNotJsonIsRefused(String body) {
        Problem problem = refused(body, DeployRequest.class);

        assertThat(problem.type()).isEqualTo("urn:sluice:problem:invalid-json");
        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.detail()).doesNotContain("\n");
    }

    @Test
    void tellsWhereTheJsonIsBroken() {
        assertThat(refused("{\"force\":\n tru}", DeployRequest.class).detail()).contains("line 2");
        assertThat(refused("{\"force\":true,\"force\":false}", DeployRequest.class)
                        .detail())
                .contains("Duplicate")
                .contains("force");
    }

    @Test
    void aBodyInAnotherEncodingIsRefused() {
        assertThat(refused("{\"message\":\"ü\"}".getBytes(StandardCharsets.ISO_8859_1), DeployRequest.class)
                        .detail())
                .isEqualTo("the body is not UTF-8");
        assertThat(refused("{}".getBytes(StandardCharsets.UTF_16BE), DeployRequest.class)
                        .type())
                .isEqualTo("urn:sluice:problem:invalid-json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"1\"|expected an integer of 32 bits, got the string \"1\"",
                "1.5|expected an integer of 32 bits, got the number 1.5",
                "1.0|expected an integer of 32 bits, got the number 1.0",
                "1e2|expected an integer of 32 bits, got the number 100.0",
                "true|expected an integer of 32 bits, got true",
                "\"\"|expected an integer of 32 bits, got the string \"\"",
                "2147483648|expected an integer of 32 bits, got the number 2147483648",
                "[1]|expected an integer of 32 bits, got an array",
                "{}|expected an integer of 32 bits, got an object",
            })
    void onlyAnIntegerIsAnInteger(String value, String why) {
        Problem problem = refused("{\"percent\":" + value + "}", RolloutRequest.class);

        assertThat(problem.type()).isEqualTo("urn:sluice:problem:wrong-type");
        assertThat(problem.field()).isEqualTo("percent");
        assertThat(problem.detail()).isEqualTo("percent: " + why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "force|\"true\"|force: expected true or false, got the string \"true\"",
                "force|1|force: expected true or false, got the number 1",
                "force|\"\"|force: expected true or false, got the string \"\"",
                "canonical_host|1|canonical_host: expected a string, got the number 1",
                "canonical_host|true|canonical_host: expected a string, got true",
                "canonical_host|[]|canonical_host: expected a string, got an array",
                "buffer_memory|9223372036854775808|buffer_memory: expected an integer of 64 bits, got the number 9223372036854775808",
                "deploy_timeout|30|deploy_timeout: expected a duration such as \"30s\" or \"1m30s\", got the number 30",
                "deploy_timeout|\"30\"|deploy_timeout: expected a duration such as \"30s\" or \"1m30s\", got the string \"30\"",
                "deploy_timeout|\"\"|deploy_timeout: expected a duration such as \"30s\" or \"1m30s\", got the string \"\"",
                "targets|\"web\"|targets: expected an array of strings, got the string \"web\"",
                "targets|{}|targets: expected an array of strings, got an object",
                "targets|[\"web\",null]|targets[1]: expected a string, got null",
                "targets|[\"web\",1]|targets[1]: expected a string, got the number 1",
                "targets|[[\"web\"]]|targets[0]: expected a string, got an array",
            })
    void aValueOfAnotherTypeIsRefused(String field, String value, String detail) {
        Problem problem = refused("{\"" + field + "\":" + value + "}", DeployRequest.class);

        assertThat(problem.type()).isEqualTo("urn:sluice:problem:wrong-type");
        assertThat(problem.detail()).isEqualTo(detail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "\"x\"", "1", "true"})
    void onlyAnObjectIsABody(String body) {
        Problem problem = refused(body, DeployRequest.class);

        assertThat(problem.type()).isEqualTo("urn:sluice:problem:wrong-type");
        assertThat(problem.detail()).startsWith("the body: expected a JSON object, got ");
    }

    @ParameterizedTest
    @CsvSource({"target,targets", "tls-redirect,tls_redirect", "tlsRedirect,tls_redirect", "HOSTS,hosts"})
    void anUnknownFieldIsRefusedWithTheOneThatWasMeant(String given, String meant) {
        Problem problem = refused("{\"" + given + "\":null}", DeployRequest.class);

        assertThat(problem.type()).isEqualTo("urn:sluice:problem:unknown-field");
        assertThat(problem.field()).isEqualTo(given);
        assertThat(problem.detail()).isEqualTo(given + ": this request has no such field; did you mean " + meant + "?");
    }

    @Test
    void aFieldOfAnotherRequestIsUnknown() {
        assertThat(refused("{\"percent\":1}", EmptyRequest.class).detail())
                .isEqualTo("percent: this request has no such field");
    }

    @Test
    void nullIsAsIfLeftOut() throws Exception {
        DeployRequest request = read("{\"targets\":[\"web\"],\"hosts\":null,\"tls\":null,\"deploy_timeout\":null,"
                + "\"max_request_body\":null,\"canonical_host\":null}");

        assertThat(request.serviceOptions()).isEqualTo(ServiceOptions.DEFAULT);
        assertThat(request.targetOptions()).isEqualTo(TargetOptions.DEFAULT);
        assertThat(request.deployment().deployTimeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void whatKamalProxyTakesIsTaken() throws Exception {
        DeployRequest request = read("{\"targets\":[\"web\"],\"deploy_timeout\":\"0\",\"drain_timeout\":\"0s\","
                + "\"health_check_interval\":\"0s\",\"target_timeout\":\"0\",\"health_check_port\":-1,"
                + "\"max_request_body\":5,\"buffer_requests\":false}");

        assertThat(request.deployment().deployTimeout()).isZero();
        assertThat(request.targetOptions().healthCheck().port()).isEqualTo(-1);
        assertThat(request.targetOptions().buffering().maxRequestBody()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"deploy_timeout\":\"-1s\"|deploy_timeout: must be 0 or more, but is -1s",
                "\"target_timeout\":\"-5m\"|target_timeout: must be 0 or more, but is -5m0s",
                "\"buffer_memory\":-1|buffer_memory: must be 0 or more bytes, but is -1",
                "\"health_check_port\":65536|health_check_port: must be at most 65535, but is 65536",
                "\"tls_certificate_path\":\"/c\"|tls_private_key_path: must be given together with tls_certificate_path",
                "\"tls_certificate_paths\":[\"/c\"]|tls_private_key_paths: must name one file for each of"
                        + " tls_certificate_paths, in the same order",
                "\"targets\":[]|targets: at least one target is required, such as \"web:3000\"",
            })
    void aValueOutOfItsRangeIsRefused(String field, String message) throws Exception {
        String targets = field.startsWith("\"targets") ? "" : "\"targets\":[\"web\"],";
        DeployRequest request = read("{" + targets + field + "}");

        InvalidField failure = catchThrowableOfType(
                InvalidField.class,
                () -> List.of(request.deployment(), request.serviceOptions(), request.targetOptions()));

        assertThat(failure).hasMessage(message);
        Problem problem = Problem.of(failure);
        assertThat(problem.type()).isEqualTo("urn:sluice:problem:invalid-options");
        assertThat(problem.field()).isEqualTo(message.substring(0, message.indexOf(':')));
    }
}
