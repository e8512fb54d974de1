package dev.sluice.admin.api.dto;

import dev.sluice.service.BufferOptions;
import dev.sluice.service.CertificateFiles;
import dev.sluice.service.DeliveryOptions;
import dev.sluice.service.Deployment;
import dev.sluice.service.HealthCheckOptions;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TargetOptions;
import dev.sluice.service.TlsOptions;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The body of a deploy: every option of the service, by the names of the command line's flags; null is the default. */
public record DeployRequest(
        @Nullable List<String> targets,
        @Nullable List<String> readTargets,
        @Nullable List<String> hosts,
        @Nullable List<String> pathPrefixes,
        @Nullable Boolean stripPathPrefix,
        @Nullable Boolean tls,
        @Nullable String tlsOnDemandUrl,
        @Nullable Boolean tlsStaging,
        @Nullable String tlsCertificatePath,
        @Nullable String tlsPrivateKeyPath,
        @Nullable List<String> tlsCertificatePaths,
        @Nullable List<String> tlsPrivateKeyPaths,
        @Nullable String tlsAcmeCachePath,
        @Nullable String tlsAcmeDirectory,
        @Nullable Boolean tlsRedirect,
        @Nullable String canonicalHost,
        @Nullable Duration deployTimeout,
        @Nullable Duration drainTimeout,
        @Nullable Boolean force,
        @Nullable Duration healthCheckInterval,
        @Nullable Duration healthCheckTimeout,
        @Nullable String healthCheckPath,
        @Nullable Integer healthCheckPort,
        @Nullable String healthCheckHost,
        @Nullable Integer healthCheckRise,
        @Nullable Integer healthCheckFall,
        @Nullable Duration writerAffinityTimeout,
        @Nullable Boolean readTargetWebsockets,
        @Nullable Duration targetTimeout,
        @Nullable Boolean bufferRequests,
        @Nullable Boolean bufferResponses,
        @Nullable Long bufferMemory,
        @Nullable Long maxRequestBody,
        @Nullable Long maxResponseBody,
        @Nullable String errorPages,
        @Nullable List<String> logRequestHeaders,
        @Nullable List<String> logResponseHeaders,
        @Nullable List<String> excludeMetricsPaths,
        @Nullable Boolean forwardHeaders,
        @Nullable String clientIpHeader,
        @Nullable Boolean scopeCookiePaths,
        @Nullable Duration retryFor,
        @Nullable Duration websocketDrain,
        @Nullable Long maxBody,
        @Nullable String targetProxyProtocol,
        @Nullable String balancerPath) {

    /** What this deploy does, apart from options that stay. */
    public Deployment deployment() throws InvalidField {
        return new Deployment(
                Fields.targets(targets),
                Fields.or(readTargets, List.of()),
                Fields.duration("deploy_timeout", deployTimeout, Deployment.DEFAULT_TIMEOUT),
                Fields.duration("drain_timeout", drainTimeout, Deployment.DEFAULT_TIMEOUT),
                Fields.or(force, false));
    }

    public ServiceOptions serviceOptions() throws InvalidField {
        ServiceOptions defaults = ServiceOptions.DEFAULT;
        return new ServiceOptions(
                Fields.or(hosts, defaults.hosts()),
                Fields.or(pathPrefixes, defaults.pathPrefixes()),
                Fields.or(stripPathPrefix, defaults.stripPrefix()),
                tlsOptions(defaults.tls()),
                Fields.or(canonicalHost, defaults.canonicalHost()),
                Fields.or(errorPages, defaults.errorPagePath()),
                Fields.duration("writer_affinity_timeout", writerAffinityTimeout, defaults.writerAffinityTimeout()),
                Fields.or(readTargetWebsockets, defaults.readTargetsAcceptWebsockets()),
                Fields.or(excludeMetricsPaths, defaults.excludeMetricsPaths()),
                Fields.or(clientIpHeader, defaults.clientIpHeader()));
    }

    public TargetOptions targetOptions() throws InvalidField {
        TargetOptions defaults = TargetOptions.DEFAULT;
        return new TargetOptions(
                healthCheck(defaults.healthCheck()),
                Fields.duration("target_timeout", targetTimeout, defaults.responseTimeout()),
                buffering(defaults.buffering()),
                Fields.or(logRequestHeaders, defaults.logRequestHeaders()),
                Fields.or(logResponseHeaders, defaults.logResponseHeaders()),
                Fields.or(
                        forwardHeaders,
                        !Fields.or(tls, ServiceOptions.DEFAULT.tls().enabled())),
                Fields.or(scopeCookiePaths, defaults.scopeCookiePaths()),
                delivery(defaults.delivery()));
    }

    private TlsOptions tlsOptions(TlsOptions defaults) throws InvalidField {
        String certificate = Fields.or(tlsCertificatePath, defaults.certificatePath());
        String key = Fields.or(tlsPrivateKeyPath, defaults.privateKeyPath());
        if (certificate.isEmpty() != key.isEmpty()) {
            throw certificate.isEmpty()
                    ? new InvalidField("tls_certificate_path", "must be given together with tls_private_key_path")
                    : new InvalidField("tls_private_key_path", "must be given together with tls_certificate_path");
        }
        TlsOptions options = new TlsOptions(
                Fields.or(tls, defaults.enabled()),
                Fields.or(tlsRedirect, defaults.redirect()),
                certificate,
                key,
                Fields.or(tlsOnDemandUrl, defaults.onDemandUrl()),
                acmeDirectory(defaults),
                Fields.or(tlsAcmeCachePath, defaults.acmeCachePath()));
        List<CertificateFiles> several = severalCertificates();
        if (several.isEmpty()) {
            return options;
        }
        if (options.custom() && !options.certificates().equals(several.subList(0, 1))) {
            throw new InvalidField("tls_certificate_path", "must be the first of tls_certificate_paths, or left out");
        }
        return options.withCertificates(several);
    }

    private List<CertificateFiles> severalCertificates() throws InvalidField {
        List<String> chains = Fields.or(tlsCertificatePaths, List.of());
        List<String> keys = Fields.or(tlsPrivateKeyPaths, List.of());
        if (chains.size() != keys.size() || chains.contains("") || keys.contains("")) {
            throw new InvalidField(
                    "tls_private_key_paths", "must name one file for each of tls_certificate_paths, in the same order");
        }
        return IntStream.range(0, chains.size())
                .mapToObj(i -> new CertificateFiles(chains.get(i), keys.get(i)))
                .toList();
    }

    private String acmeDirectory(TlsOptions defaults) throws InvalidField {
        String directory = Fields.or(tlsAcmeDirectory, "");
        if (directory.isEmpty()) {
            return Fields.or(tlsStaging, false) ? TlsOptions.STAGING_DIRECTORY : defaults.acmeDirectory();
        }
        if (Fields.or(tlsStaging, false)) {
            throw new InvalidField("tls_acme_directory", "cannot be given together with tls_staging");
        }
        return Fields.httpUrl("tls_acme_directory", directory);
    }

    private HealthCheckOptions healthCheck(HealthCheckOptions defaults) throws InvalidField {
        return new HealthCheckOptions(
                Fields.or(healthCheckPath, defaults.path()),
                Fields.port("health_check_port", healthCheckPort, defaults.port()),
                Fields.duration("health_check_interval", healthCheckInterval, defaults.interval()),
                Fields.duration("health_check_timeout", healthCheckTimeout, defaults.timeout()),
                Fields.or(healthCheckHost, defaults.host()),
                Fields.threshold("health_check_rise", healthCheckRise, defaults.rise()),
                Fields.threshold("health_check_fall", healthCheckFall, defaults.fall()));
    }

    private DeliveryOptions delivery(DeliveryOptions defaults) throws InvalidField {
        return new DeliveryOptions(
                Fields.duration("retry_for", retryFor, defaults.retryFor()),
                Fields.duration("websocket_drain", websocketDrain, defaults.websocketDrain()),
                Fields.bytes("max_body", maxBody, defaults.maxBody()),
                Fields.proxyProtocol("target_proxy_protocol", targetProxyProtocol, defaults.proxyProtocol()),
                Fields.path("balancer_path", Fields.or(balancerPath, defaults.balancerPath())));
    }

    private BufferOptions buffering(BufferOptions defaults) throws InvalidField {
        return new BufferOptions(
                Fields.or(bufferRequests, defaults.requests()),
                Fields.or(bufferResponses, defaults.responses()),
                Fields.bytes("buffer_memory", bufferMemory, defaults.memory()),
                Fields.bytes("max_request_body", maxRequestBody, defaults.maxRequestBody()),
                Fields.bytes("max_response_body", maxResponseBody, defaults.maxResponseBody()));
    }
}
