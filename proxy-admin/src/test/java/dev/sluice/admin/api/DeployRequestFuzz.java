package dev.sluice.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.admin.api.dto.DeployRequest;
import dev.sluice.admin.api.dto.InvalidField;
import dev.sluice.service.InvalidOptions;

/** Bodies of deploy requests: whatever is wrong with one is told, and by status 400 or 422. */
class DeployRequestFuzz {

    @FuzzTest(maxDuration = "5s")
    @DictionaryEntries({
        "{\"",
        "\":",
        "targets",
        "[\"web:3000\"]",
        "hosts",
        "path_prefixes",
        "deploy_timeout",
        "\"30s\"",
        "true",
        "null",
        "buffer_memory",
        "1e400",
        "-1",
        "health_check_port",
        "tls_acme_directory",
        "\"https://a/\"",
        "\\u0000",
        "tls_certificate_paths",
        "canonical_host",
        "error_pages",
        "}",
        "]",
        ",",
        "99999999999999999999"
    })
    void everyBodyIsADeployOrAProblem(byte[] body) {
        DeployRequest request;
        try {
            request = BodyReader.read(body, DeployRequest.class);
        } catch (RequestFailure e) {
            assertThat(e.problem().status()).isIn(400, 422);
            assertThat(e.problem().detail()).isNotEmpty();
            return;
        }
        try {
            request.deployment();
            request.targetOptions();
            request.serviceOptions().normalised().validate();
        } catch (InvalidField | InvalidOptions e) {
            assertThat(e).hasMessageMatching("(?s).+");
        }
    }
}
