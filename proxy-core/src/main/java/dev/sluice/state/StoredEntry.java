package dev.sluice.state;

import dev.sluice.service.BufferOptions;
import dev.sluice.service.CertificateFiles;
import dev.sluice.service.DeliveryOptions;
import dev.sluice.service.HealthCheckOptions;
import dev.sluice.service.PauseGate;
import dev.sluice.service.Rollout;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TargetOptions;
import dev.sluice.service.TlsOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an entry of the state file says, not yet brought to life. Reads entries of old versions too, where targets and
 * hosts stood elsewhere. A key that an old version did not write takes today's default, not Go's zero, which would
 * quietly switch off redirects and prefix stripping; only {@code forward_headers} stays off, because believing a
 * client's headers is nothing to begin with unasked.
 */
record StoredEntry(
        String name,
        ServiceOptions options,
        TargetOptions targetOptions,
        List<String> targets,
        List<String> readers,
        List<String> rolloutTargets,
        List<String> rolloutReaders,
        PauseGate.State gate,
        @Nullable Rollout rollout) {

    static StoredEntry read(Fields entry) throws UnreadableEntry {
        return new StoredEntry(
                entry.text("name", ""),
                options(entry),
                targetOptions(entry.object("target_options")),
                listOrOne(entry, "active_targets", "active_target"),
                entry.texts("active_readers"),
                listOrOne(entry, "rollout_targets", "rollout_target"),
                entry.texts("rollout_readers"),
                gate(entry.object("pause_controller")),
                entry.has("rollout_controller") ? rollout(entry.object("rollout_controller")) : null);
    }

    private static ServiceOptions options(Fields entry) throws UnreadableEntry {
        Fields options = entry.object("options");
        ServiceOptions standard = ServiceOptions.DEFAULT;
        List<String> hosts = options.texts("hosts");
        List<String> prefixes = options.texts("path_prefixes");
        return new ServiceOptions(
                        hosts.isEmpty() ? entry.texts("hosts") : hosts,
                        prefixes.isEmpty() ? entry.texts("path_prefixes") : prefixes,
                        options.truth("strip_prefix", standard.stripPrefix()),
                        tls(options),
                        options.text("canonical_host", ""),
                        options.text("error_page_path", ""),
                        options.duration("writer_affinity_timeout", standard.writerAffinityTimeout()),
                        options.truth("read_targets_accept_websockets", false),
                        options.texts("exclude_metrics_paths"),
                        options.text("client_ip_header", ""))
                .normalised();
    }

    private static TlsOptions tls(Fields options) throws UnreadableEntry {
        TlsOptions tls = new TlsOptions(
                options.truth("tls_enabled", false),
                options.truth("tls_redirect", TlsOptions.OFF.redirect()),
                options.text("tls_certificate_path", ""),
                options.text("tls_private_key_path", ""),
                options.text("tls_on_demand_url", ""),
                options.text("acme_directory", ""),
                options.text("acme_cache_path", ""));
        List<CertificateFiles> all = certificates(options, tls);
        return all.size() > 1 ? tls.withCertificates(all) : tls;
    }

    // Where the lists do not begin with the first pair, kamal-proxy has stored another one since.
    private static List<CertificateFiles> certificates(Fields options, TlsOptions tls) throws UnreadableEntry {
        List<String> chains = options.texts("tls_certificate_paths");
        List<String> keys = options.texts("tls_private_key_paths");
        if (chains.size() != keys.size()) {
            throw new UnreadableEntry("options.tls_private_key_paths is not as long as tls_certificate_paths");
        }
        List<CertificateFiles> all = new ArrayList<>();
        for (int i = 0; i < chains.size(); i++) {
            all.add(new CertificateFiles(chains.get(i), keys.get(i)));
        }
        return !all.isEmpty() && tls.certificates().equals(all.subList(0, 1)) ? all : tls.certificates();
    }

    private static TargetOptions targetOptions(Fields options) throws UnreadableEntry {
        TargetOptions standard = TargetOptions.DEFAULT;
        BufferOptions buffering = standard.buffering();
        return new TargetOptions(
                healthCheck(options.object("health_check_config")),
                options.duration("response_timeout", standard.responseTimeout()),
                new BufferOptions(
                        options.truth("buffer_requests", buffering.requests()),
                        options.truth("buffer_responses", buffering.responses()),
                        options.number("max_memory_buffer_size", buffering.memory()),
                        options.number("max_request_body_size", buffering.maxRequestBody()),
                        options.number("max_response_body_size", buffering.maxResponseBody())),
                options.texts("log_request_headers"),
                options.texts("log_response_headers"),
                options.truth("forward_headers", false),
                options.truth("scope_cookie_paths", standard.scopeCookiePaths()),
                delivery(options));
    }

    private static HealthCheckOptions healthCheck(Fields check) throws UnreadableEntry {
        HealthCheckOptions standard = HealthCheckOptions.DEFAULT;
        return new HealthCheckOptions(
                check.text("path", standard.path()),
                check.smallNumber("port", standard.port()),
                check.duration("interval", standard.interval()),
                check.duration("timeout", standard.timeout()),
                check.text("host", standard.host()),
                Math.max(1, check.smallNumber("rise", standard.rise())),
                Math.max(1, check.smallNumber("fall", standard.fall())));
    }

    private static DeliveryOptions delivery(Fields options) throws UnreadableEntry {
        DeliveryOptions standard = DeliveryOptions.DEFAULT;
        String version =
                options.text("target_proxy_protocol", standard.proxyProtocol().text());
        return new DeliveryOptions(
                options.duration("retry_for", standard.retryFor()),
                options.duration("websocket_drain", standard.websocketDrain()),
                options.number("max_body", standard.maxBody()),
                DeliveryOptions.ProxyProtocol.named(version)
                        .orElseThrow(() -> new UnreadableEntry(
                                "target_options.target_proxy_protocol is " + version + "; known are none, v1 and v2")),
                options.text("balancer_path", ""));
    }

    private static PauseGate.State gate(Fields gate) throws UnreadableEntry {
        int state = gate.smallNumber("state", 0);
        Duration maxPause = gate.duration("fail_after", Duration.ZERO);
        String message = gate.text("stop_message", "");
        return switch (state) {
            case 0 -> PauseGate.RUNNING;
            case 1 -> new PauseGate.Paused(maxPause);
            case 2 -> new PauseGate.Stopped(message);
            default -> throw new UnreadableEntry("pause_controller.state is " + state + "; known are 0, 1 and 2");
        };
    }

    private static Rollout rollout(Fields rollout) throws UnreadableEntry {
        return new Rollout(rollout.smallNumber("percentage", 0), rollout.texts("allowlist"));
    }

    private static List<String> listOrOne(Fields entry, String key, String legacyKey) throws UnreadableEntry {
        List<String> targets = entry.texts(key);
        String legacy = entry.text(legacyKey, "");
        return targets.isEmpty() && !legacy.isEmpty() ? List.of(legacy) : targets;
    }
}
