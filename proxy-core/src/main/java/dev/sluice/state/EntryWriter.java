package dev.sluice.state;

import com.google.gson.stream.JsonWriter;
import dev.sluice.json.JsonEscapes;
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
    private final JsonWriter json;

    EntryWriter(JsonWriter json) {
        this.json = json;
    }

    void write(Service service) throws IOException {
        String stored = service.stored();
        if (stored != null) {
            json.jsonValue(stored);
            return;
        }
        json.beginObject();
        text("name", service.name());
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
        json.endObject();
    }

    private void options(ServiceOptions options) throws IOException {
        TlsOptions tls = options.tls();
        json.name("options").beginObject();
        list("hosts", options.hosts());
        list("path_prefixes", options.pathPrefixes());
        json.name("tls_enabled").value(tls.enabled() && !inheritsFromWildcard(options));
        text("tls_certificate_path", tls.certificatePath());
        text("tls_private_key_path", tls.privateKeyPath());
        if (!tls.furtherCertificates().isEmpty()) {
            // All of them, the one above included: kamal-proxy passes these keys over and serves the first.
            list(
                    "tls_certificate_paths",
                    tls.certificates().stream().map(CertificateFiles::chain).toList());
            list(
                    "tls_private_key_paths",
                    tls.certificates().stream().map(CertificateFiles::key).toList());
        }
        text("tls_on_demand_url", tls.onDemandUrl());
        json.name("tls_redirect").value(tls.redirect());
        text("canonical_host", options.canonicalHost());
        text("acme_directory", tls.acmeDirectory());
        text("acme_cache_path", tls.acmeCachePath());
        text("error_page_path", options.errorPagePath());
        json.name("strip_prefix").value(options.stripPrefix());
        json.name("writer_affinity_timeout")
                .value(options.writerAffinityTimeout().toNanos());
        json.name("read_targets_accept_websockets").value(options.readTargetsAcceptWebsockets());
        listOrNull("exclude_metrics_paths", options.excludeMetricsPaths());
        text("client_ip_header", options.clientIpHeader());
        json.endObject();
    }

    // kamal-proxy would take such a path service for one with automatic TLS, refuse the wildcard, and restore nothing
    // at all. Both work out again at the start what it inherits.
    private static boolean inheritsFromWildcard(ServiceOptions options) {
        return !options.servesRoot() && options.hosts().stream().anyMatch(h -> h.contains("*"));
    }

    private void targetOptions(TargetOptions options) throws IOException {
        HealthCheckOptions check = options.healthCheck();
        BufferOptions buffering = options.buffering();
        json.name("target_options").beginObject();
        json.name("health_check_config").beginObject();
        text("path", check.path());
        json.name("port").value(check.port());
        json.name("interval").value(check.interval().toNanos());
        json.name("timeout").value(check.timeout().toNanos());
        text("host", check.host());
        number("rise", check.rise(), HealthCheckOptions.DEFAULT.rise());
        number("fall", check.fall(), HealthCheckOptions.DEFAULT.fall());
        json.endObject();
        json.name("response_timeout").value(options.responseTimeout().toNanos());
        json.name("buffer_requests").value(buffering.requests());
        json.name("buffer_responses").value(buffering.responses());
        json.name("max_memory_buffer_size").value(buffering.memory());
        json.name("max_request_body_size").value(buffering.maxRequestBody());
        json.name("max_response_body_size").value(buffering.maxResponseBody());
        listOrNull("log_request_headers", options.logRequestHeaders());
        listOrNull("log_response_headers", options.logResponseHeaders());
        json.name("forward_headers").value(options.forwardHeaders());
        json.name("scope_cookie_paths").value(options.scopeCookiePaths());
        delivery(options.delivery());
        json.endObject();
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
            text("target_proxy_protocol", delivery.proxyProtocol().text());
        }
        if (!delivery.balancerPath().isEmpty()) {
            text("balancer_path", delivery.balancerPath());
        }
    }

    // Keys that kamal-proxy does not know are left out where they say nothing: its files stay as they were.
    private void number(String key, long value, long standard) throws IOException {
        if (value != standard) {
            json.name(key).value(value);
        }
    }

    private void gate(PauseGate.State state) throws IOException {
        json.name("pause_controller").beginObject();
        int number = switch (state) {
            case PauseGate.Running _ -> 0;
            case PauseGate.Paused _ -> 1;
            case PauseGate.Stopped _ -> 2;
        };
        json.name("state").value(number);
        text("stop_message", state instanceof PauseGate.Stopped(String message) ? message : "");
        json.name("fail_after").value(state instanceof PauseGate.Paused(var maxPause) ? maxPause.toNanos() : 0);
        json.endObject();
    }

    private void rollout(@Nullable Rollout rollout) throws IOException {
        if (rollout == null) {
            json.name("rollout_controller").nullValue();
            return;
        }
        json.name("rollout_controller").beginObject();
        json.name("percentage").value(rollout.percentage());
        json.name("percentage_split_point").jsonValue(goFloat(Rollout.splitPoint(rollout.percentage())));
        listOrNull("allowlist", rollout.allowlist());
        json.endObject();
    }

    /** Go's encoding/json: as short as can be, and no exponent below 1e21. */
    static String goFloat(double value) {
        String digits = Double.toString(value);
        return value == 0 ? "0" : new BigDecimal(digits).stripTrailingZeros().toPlainString();
    }

    private void text(String key, String value) throws IOException {
        json.name(key).jsonValue(JsonEscapes.GO.quoted(value));
    }

    private void listOrNull(String key, List<String> values) throws IOException {
        list(key, values.isEmpty() ? null : values);
    }

    private void list(String key, @Nullable List<String> values) throws IOException {
        if (values == null) {
            json.name(key).nullValue();
            return;
        }
        json.name(key).beginArray();
        for (String value : values) {
            json.jsonValue(JsonEscapes.GO.quoted(value));
        }
        json.endArray();
    }
}
