package dev.sluice.state;

import dev.sluice.http.ErrorPages;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.HealthCheckOptions;
import dev.sluice.service.HealthProbe;
import dev.sluice.service.HealthResult;
import dev.sluice.service.LoadBalancer;
import dev.sluice.service.PauseGate;
import dev.sluice.service.Resources;
import dev.sluice.service.Rollout;
import dev.sluice.service.Service;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TargetOptions;
import dev.sluice.service.TlsOptions;
import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateSource;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Services and surroundings for tests of what is stored. */
final class StoredServices {
    static final HealthProbe PROBE = (_, _) -> new HealthResult.Healthy(200);

    static final CertificateSource CERTIFICATES = new CertificateSource() {
        @Override
        public @Nullable Certificate find(String serverName) {
            return null;
        }
    };

    static final Resources RESOURCES = new Resources() {
        @Override
        public CertificateSource certificates(ServiceOptions options) {
            return CERTIFICATES;
        }

        @Override
        public ErrorPages errorPages(ServiceOptions options) {
            return ErrorPages.BUILT_IN;
        }
    };

    private StoredServices() {}

    /** A service as the shortest deploy makes it. */
    static Service plain(String name, String host, String target) throws Exception {
        return service(name, options(List.of(host), List.of(), TlsOptions.OFF), PauseGate.RUNNING, null, target);
    }

    static Service service(
            String name, ServiceOptions options, PauseGate.State gate, @Nullable Rollout rollout, String target)
            throws Exception {
        LoadBalancer active = LoadBalancer.create(List.of(target), List.of(), TargetOptions.DEFAULT, PROBE);
        return new Service(
                name,
                options,
                TargetOptions.DEFAULT,
                active,
                null,
                rollout,
                new PauseGate(gate),
                ErrorPages.BUILT_IN,
                null,
                null,
                null);
    }

    static ServiceOptions options(List<String> hosts, List<String> prefixes, TlsOptions tls) {
        return new ServiceOptions(hosts, prefixes, true, tls, "", "", Duration.ofSeconds(1), false, List.of(), "")
                .normalised();
    }

    /** A service that differs from the defaults in everything. */
    static Service full() throws Exception {
        ServiceOptions options = new ServiceOptions(
                List.of("a.test", "b.test"),
                List.of("/", "/y"),
                false,
                new TlsOptions(true, false, "/c.pem", "/k.pem", "/allowed?a&b", "https://ca.test/dir", "/x/certs"),
                "a.test",
                "/pages",
                Duration.ofMillis(3500),
                true,
                List.of("/m"),
                "X-IP");
        TargetOptions targetOptions = new TargetOptions(
                new HealthCheckOptions("/h", 9000, Duration.ofSeconds(2), Duration.ofMillis(1), "hc.test"),
                Duration.ofSeconds(7),
                new BufferOptions(true, true, 5, 6, 7),
                List.of("A", "B"),
                List.of("C"),
                false,
                true);
        return new Service(
                "web",
                options,
                targetOptions,
                LoadBalancer.create(List.of("w-1:3000", "w-2"), List.of("[::1]:81"), targetOptions, PROBE),
                LoadBalancer.create(List.of("r-1:3000"), List.of("r-2"), targetOptions, PROBE),
                new Rollout(20, List.of("first")),
                new PauseGate(new PauseGate.Stopped("hi <b> & \"bye\" \u2028ü")),
                ErrorPages.BUILT_IN,
                CERTIFICATES,
                null,
                null);
    }
}
