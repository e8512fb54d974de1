package dev.sluice.admin.api.dto;

import dev.sluice.service.BufferOptions;
import dev.sluice.service.CertificateFiles;
import dev.sluice.service.DeliveryOptions;
import dev.sluice.service.HealthCheckOptions;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TargetOptions;
import dev.sluice.service.TlsOptions;
import java.time.Duration;
import java.util.List;

/** The options of a service as they stand, under the names that a deploy gives them by. */
public record OptionsView(
        List<String> hosts,
        List<String> pathPrefixes,
        boolean stripPathPrefix,
        boolean tls,
        String tlsOnDemandUrl,
        boolean tlsStaging,
        String tlsCertificatePath,
        String tlsPrivateKeyPath,
        List<String> tlsCertificatePaths,
        List<String> tlsPrivateKeyPaths,
        String tlsAcmeCachePath,
        String tlsAcmeDirectory,
        boolean tlsRedirect,
        String canonicalHost,
        Duration healthCheckInterval,
        Duration healthCheckTimeout,
        String healthCheckPath,
        int healthCheckPort,
        String healthCheckHost,
        int healthCheckRise,
        int healthCheckFall,
        Duration writerAffinityTimeout,
        boolean readTargetWebsockets,
        Duration targetTimeout,
        boolean bufferRequests,
        boolean bufferResponses,
        long bufferMemory,
        long maxRequestBody,
        long maxResponseBody,
        String errorPages,
        List<String> logRequestHeaders,
        List<String> logResponseHeaders,
        List<String> excludeMetricsPaths,
        boolean forwardHeaders,
        String clientIpHeader,
        boolean scopeCookiePaths,
        Duration retryFor,
        Duration websocketDrain,
        long maxBody,
        String targetProxyProtocol,
        String balancerPath) {

    static OptionsView of(ServiceOptions service, TargetOptions target) {
        TlsOptions tls = service.tls();
        HealthCheckOptions check = target.healthCheck();
        BufferOptions buffering = target.buffering();
        DeliveryOptions delivery = target.delivery();
        boolean staging = tls.acmeDirectory().equals(TlsOptions.STAGING_DIRECTORY);
        return new OptionsView(
                ServiceView.hosts(service),
                service.pathPrefixes(),
                service.stripPrefix(),
                tls.enabled(),
                tls.onDemandUrl(),
                staging,
                tls.certificatePath(),
                tls.privateKeyPath(),
                tls.certificates().stream().map(CertificateFiles::chain).toList(),
                tls.certificates().stream().map(CertificateFiles::key).toList(),
                tls.acmeCachePath(),
                staging ? "" : tls.acmeDirectory(),
                tls.redirect(),
                service.canonicalHost(),
                check.interval(),
                check.timeout(),
                check.path(),
                check.port(),
                check.host(),
                check.rise(),
                check.fall(),
                service.writerAffinityTimeout(),
                service.readTargetsAcceptWebsockets(),
                target.responseTimeout(),
                buffering.requests(),
                buffering.responses(),
                buffering.memory(),
                buffering.maxRequestBody(),
                buffering.maxResponseBody(),
                service.errorPagePath(),
                target.logRequestHeaders(),
                target.logResponseHeaders(),
                service.excludeMetricsPaths(),
                target.forwardHeaders(),
                service.clientIpHeader(),
                target.scopeCookiePaths(),
                delivery.retryFor(),
                delivery.websocketDrain(),
                delivery.maxBody(),
                delivery.proxyProtocol().text(),
                delivery.balancerPath());
    }
}
