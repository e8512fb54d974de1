package dev.sluice.state;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.CertificateFiles;
import dev.sluice.service.DeliveryOptions;
import dev.sluice.service.HealthCheckOptions;
import dev.sluice.service.LoadBalancer;
import dev.sluice.service.PauseGate;
import dev.sluice.service.Rollout;
import dev.sluice.service.Service;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.Target;
import dev.sluice.service.TargetOptions;
import dev.sluice.service.TlsOptions;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes one service as kamal-proxy does: its keys in its order, null where Go has a slice that was never set. */
final class EntryWriter {
    private final JsonGenerator json;

    EntryWriter(JsonGenerator json) {
        this.json = json;
    }

    void write(Service service) throws IOException {
        String stored = service.stored();
        if (stored != null) {
            json.writeRawValue(stored);
            return;
        }
        json.writeStartObject();
        json.writeStringField("name", service.name());
        options(service.options());
        targetOptions(service.targetOptions());
        LoadBalancer active = service.active();
        LoadBalancer rollout = service.rolloutTargets();
        list("active_targets", active.addresses(Target.Role.WRITER));
        list("active_readers", active.addresses(Target.Role.READER));
        list("rollout_targets", rollout == null ? null : rollout.addresses(Target.Role.WRITER));
        list("rollout_readers", rollout == null ? null : rollout.addresses(Target.Role.READER));
        gate(service.gate().state());
        rollout(service.rollout());
        json.writeEndObject();
    }

    private void options(ServiceOptions options) throws IOException {
        TlsOptions tls = options.tls();
        json.writeObjectFieldStart("options");
        list("hosts", options.hosts());
        list("path_prefixes", options.pathPrefixes());
        json.writeBooleanField("tls_enabled", tls.enabled() && !inheritsFromWildcard(options));
        json.writeStringField("tls_certificate_path", tls.certificatePath());
        json.writeStringField("tls_private_key_path", tls.privateKeyPath());
        if (!tls.furtherCertificates().isEmpty()) {
            // All of them, the one above included: kamal-proxy passes these keys over and serves the first.
            list(
                    "tls_certificate_paths",
                    tls.certificates().stream().map(CertificateFiles::chain).toList());
            list(
                    "tls_private_key_paths",
                    tls.certificates().stream().map(CertificateFiles::key).toList());
        }
        json.writeStringField("tls_on_demand_url", tls.onDemandUrl());
        json.writeBooleanField("tls_redirect", tls.redirect());
        json.writeStringField("canonical_host", options.canonicalHost());
        json.writeStringField("acme_directory", tls.acmeDirectory());
        json.writeStringField("acme_cache_path", tls.acmeCachePath());
        json.writeStringField("error_page_path", options.errorPagePath());
        json.writeBooleanField("strip_prefix", options.stripPrefix());
        json.writeNumberField(
                "writer_affinity_timeout", options.writerAffinityTimeout().toNanos());
        json.writeBooleanField("read_targets_accept_websockets", options.readTargetsAcceptWebsockets());
        listOrNull("exclude_metrics_paths", options.excludeMetricsPaths());
        json.writeStringField("client_ip_header", options.clientIpHeader());
        json.writeEndObject();
    }

    // kamal-proxy would take such a path service for one with automatic TLS, refuse the wildcard, and restore nothing
    // at all. Both work out again at the start what it inherits.
    private static boolean inheritsFromWildcard(ServiceOptions options) {
        return !options.servesRoot() && options.hosts().stream().anyMatch(h -> h.contains("*"));
    }

    private void targetOptions(TargetOptions options) throws IOException {
        HealthCheckOptions check = options.healthCheck();
        BufferOptions buffering = options.buffering();
        json.writeObjectFieldStart("target_options");
        json.writeObjectFieldStart("health_check_config");
        json.writeStringField("path", check.path());
        json.writeNumberField("port", check.port());
        json.writeNumberField("interval", check.interval().toNanos());
        json.writeNumberField("timeout", check.timeout().toNanos());
        json.writeStringField("host", check.host());
        number("rise", check.rise(), HealthCheckOptions.DEFAULT.rise());
        number("fall", check.fall(), HealthCheckOptions.DEFAULT.fall());
        json.writeEndObject();
        json.writeNumberField("response_timeout", options.responseTimeout().toNanos());
        json.writeBooleanField("buffer_requests", buffering.requests());
        json.writeBooleanField("buffer_responses", buffering.responses());
        json.writeNumberField("max_memory_buffer_size", buffering.memory());
        json.writeNumberField("max_request_body_size", buffering.maxRequestBody());
        json.writeNumberField("max_response_body_size", buffering.maxResponseBody());
        listOrNull("log_request_headers", options.logRequestHeaders());
        listOrNull("log_response_headers", options.logResponseHeaders());
        json.writeBooleanField("forward_headers", options.forwardHeaders());
        json.writeBooleanField("scope_cookie_paths", options.scopeCookiePaths());
        delivery(options.delivery());
        json.writeEndObject();
    }

    private void delivery(DeliveryOptions delivery) throws IOException {
        DeliveryOptions standard = DeliveryOptions.DEFAULT;
        number("retry_for", delivery.retryFor().toNanos(), standard.retryFor().toNanos());
        number(
                "websocket_drain",
                delivery.websocketDrain().toNanos(),
                standard.websocketDrain().toNanos());
        number("max_body", delivery.maxBody(), standard.maxBody());
        if (delivery.proxyProtocol() != standard.proxyProtocol()) {
            json.writeStringField(
                    "target_proxy_protocol", delivery.proxyProtocol().text());
        }
        if (!delivery.balancerPath().isEmpty()) {
            json.writeStringField("balancer_path", delivery.balancerPath());
        }
    }

    // Keys that kamal-proxy does not know are left out where they say nothing: its files stay as they were.
    private void number(String key, long value, long standard) throws IOException {
        if (value != standard) {
            json.writeNumberField(key, value);
        }
    }

    private void gate(PauseGate.State state) throws IOException {
        json.writeObjectFieldStart("pause_controller");
        int number = switch (state) {
            case PauseGate.Running _ -> 0;
            case PauseGate.Paused _ -> 1;
            case PauseGate.Stopped _ -> 2;
        };
        json.writeNumberField("state", number);
        json.writeStringField("stop_message", state instanceof PauseGate.Stopped(String message) ? message : "");
        json.writeNumberField("fail_after", state instanceof PauseGate.Paused(var maxPause) ? maxPause.toNanos() : 0);
        json.writeEndObject();
    }

    private void rollout(@Nullable Rollout rollout) throws IOException {
        if (rollout == null) {
            json.writeNullField("rollout_controller");
            return;
        }
        json.writeObjectFieldStart("rollout_controller");
        json.writeNumberField("percentage", rollout.percentage());
        json.writeFieldName("percentage_split_point");
        json.writeNumber(goFloat(Rollout.splitPoint(rollout.percentage())));
        listOrNull("allowlist", rollout.allowlist());
        json.writeEndObject();
    }

    /** Go's encoding/json: as short as can be, and no exponent below 1e21. */
    static String goFloat(double value) {
        String digits = Double.toString(value);
        return value == 0 ? "0" : new BigDecimal(digits).stripTrailingZeros().toPlainString();
    }

    private void listOrNull(String key, List<String> values) throws IOException {
        list(key, values.isEmpty() ? null : values);
    }

    private void list(String key, @Nullable List<String> values) throws IOException {
        if (values == null) {
            json.writeNullField(key);
            return;
        }
        json.writeArrayFieldStart(key);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
