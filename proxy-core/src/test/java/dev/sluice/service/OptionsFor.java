package dev.sluice.service;

import dev.sluice.http.ErrorPages;
import java.time.Duration;
import java.util.List;

/** Options for tests, said in few words. */
final class OptionsFor {
    /** Targets that are checked every 10 ms. */
    static final TargetOptions TARGETS = new TargetOptions(
            new HealthCheckOptions("/up", 0, Duration.ofMillis(10), Duration.ofSeconds(5), ""),
            Duration.ofSeconds(30),
            BufferOptions.DEFAULT,
            List.of(),
            List.of(),
            true,
            false);

    private List<String> hosts = List.of();
    private List<String> paths = List.of();
    private TlsOptions tls = TlsOptions.OFF;
    private String canonicalHost = "";

    private OptionsFor() {}

    static OptionsFor hosts(String... hosts) {
        OptionsFor options = new OptionsFor();
        options.hosts = List.of(hosts);
        return options;
    }

    OptionsFor paths(String... prefixes) {
        paths = List.of(prefixes);
        return this;
    }

    OptionsFor tls(boolean redirect) {
        tls = new TlsOptions(true, redirect, "", "", "", "", "");
        return this;
    }

    OptionsFor onDemand(String url) {
        tls = new TlsOptions(tls.enabled(), true, "", "", url, "", "");
        return this;
    }

    OptionsFor certificate(String certificate, String key) {
        tls = new TlsOptions(tls.enabled(), tls.redirect(), certificate, key, tls.onDemandUrl(), "", "");
        return this;
    }

    OptionsFor canonical(String host) {
        canonicalHost = host;
        return this;
    }

    /** A service with these options and one target, which nobody has checked. */
    Service service(String name) {
        try {
            return new Service(
                    name,
                    make().normalised(),
                    TargetOptions.DEFAULT,
                    LoadBalancer.create(List.of("app"), List.of(), TargetOptions.DEFAULT, new ScriptedProbe()),
                    null,
                    null,
                    new PauseGate(),
                    ErrorPages.BUILT_IN,
                    null,
                    null,
                    null);
        } catch (ControlFailure e) {
            throw new IllegalStateException(e);
        }
    }

    ServiceOptions make() {
        return new ServiceOptions(
                hosts, paths, true, tls, canonicalHost, "", Duration.ofSeconds(1), false, List.of(), "");
    }
}
