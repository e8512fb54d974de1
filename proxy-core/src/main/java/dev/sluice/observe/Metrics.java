package dev.sluice.observe;

import dev.sluice.edge.Limit;
import dev.sluice.edge.LimitHits;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * All that is measured, for Prometheus: kamal-proxy's three families under their names, and Sluice's own. Counting is
 * for any thread and cheap. What others count is read when the page is written, through the suppliers given here before
 * the first {@link #scrape}.
 */
public final class Metrics implements RequestMetrics, AutoCloseable {
    private final PrometheusMeterRegistry registry;
    private final Map<String, ServiceMeters> services = new ConcurrentHashMap<>();
    private final LongAdder connectionsOpened = new LongAdder();
    private final LongAdder retries = new LongAdder();
    // Micrometer's function counters hold what they read from weakly.
    private final List<LongSupplier> held = new CopyOnWriteArrayList<>();
    private @Nullable JvmGcMetrics garbageCollection;

    /**
     * @param version of Sluice, shown as a label
     */
    public Metrics(String version) {
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM);
        // Not a gauge: their names cannot end in _info.
        InfoSnapshot build = InfoSnapshot.builder()
                .name("sluice_build")
                .help("Always 1; the version is a label.")
                .dataPoint(InfoDataPointSnapshot.builder()
                        .labels(Labels.of("version", version))
                        .build())
                .build();
        registry.getPrometheusRegistry().register(() -> build);
        counter("sluice_upstream_connections_opened", "Connections made to targets.", connectionsOpened::sum);
        counter("sluice_upstream_retries", "Requests sent once more after a connection failed.", retries::sum);
    }

    @Override
    public void started(String service) {
        meters(service).started();
    }

    @Override
    public void ended(String service, String method, int status, long nanos) {
        meters(service).ended(!service.isEmpty(), method, status, nanos);
    }

    @Override
    public void left(String service) {
        meters(service).left();
    }

    @Override
    public void forget(String service) {
        ServiceMeters meters = services.get(service);
        if (meters != null) {
            meters.remove();
        }
    }

    @Override
    public void upstreamConnectionOpened() {
        connectionsOpened.increment();
    }

    @Override
    public void upstreamRetried() {
        retries.increment();
    }

    public void logLinesDropped(LongSupplier count) {
        counter("sluice_log_lines_dropped", "Log lines lost because the log was not read fast enough.", count);
    }

    public void tlsHandshakeFailures(LongAdder count) {
        counter("sluice_tls_handshake_failures", "TLS handshakes with clients that failed.", count::sum);
    }

    /** Shown with a label that names the limit. */
    public void limits(LimitHits hits) {
        for (Limit limit : Limit.values()) {
            LongSupplier count = () -> hits.count(limit);
            held.add(count);
            FunctionCounter.builder("sluice_limit_hits", count, LongSupplier::getAsLong)
                    .tag("limit", limit.label())
                    .description("How often a limit of the edge was struck.")
                    .register(registry);
        }
    }

    public void spilledBytes(LongSupplier used) {
        Gauge.builder("sluice_spilled_bytes", used::getAsLong)
                .description("Bytes of bodies in temporary files.")
                .register(registry);
    }

    public void clientConnections(LongSupplier open) {
        Gauge.builder("sluice_client_connections", open::getAsLong)
                .description("Connections from clients that are open.")
                .register(registry);
    }

    /** The targets of all services, of which there may be others at each look. */
    public void targets(Supplier<Collection<TargetSample>> all) {
        registry.getPrometheusRegistry().register(() -> targetsOf(all.get()));
    }

    /** The certificates that are served, of which there may be others at each look. */
    public void servedCertificates(Supplier<Collection<ServedCertificateSample>> all) {
        registry.getPrometheusRegistry().register(() -> certificatesOf(all.get()));
    }

    /** How each name's certificate stands, of which there may be others at each look. */
    public void certificates(Supplier<Collection<CertificateSample>> all) {
        PrometheusRegistry page = registry.getPrometheusRegistry();
        page.register(() -> certificates(
                "sluice_certificate_state",
                "Certificates by state: 1 for the state of each.",
                all.get(),
                true,
                _ -> 1));
        page.register(() -> certificates(
                "sluice_certificate_order_failures",
                "Attempts to obtain the certificate that failed since one succeeded.",
                all.get(),
                false,
                CertificateSample::failures));
    }

    /**
     * Writes the page, one after another. Takes some milliseconds: not for event loops.
     *
     * @param contentType of the format: Prometheus text or OpenMetrics
     */
    synchronized void scrape(OutputStream out, String contentType) throws IOException {
        if (garbageCollection == null) {
            garbageCollection = new JvmGcMetrics();
            bindProcess(garbageCollection);
        }
        registry.scrape(out, contentType);
    }

    /** Stops listening to the JVM. */
    @Override
    public synchronized void close() {
        if (garbageCollection != null) {
            garbageCollection.close();
        }
        registry.close();
    }

    private ServiceMeters meters(String service) {
        ServiceMeters meters = services.get(service);
        return meters != null ? meters : services.computeIfAbsent(service, name -> new ServiceMeters(registry, name));
    }

    private void counter(String name, String description, LongSupplier count) {
        held.add(count);
        FunctionCounter.builder(name, count, LongSupplier::getAsLong)
                .description(description)
                .register(registry);
    }

    // At the first scrape rather than at the start, which should not wait for a hundred classes more.
    private void bindProcess(JvmGcMetrics collections) {
        collections.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    private static GaugeSnapshot certificatesOf(Collection<ServedCertificateSample> samples) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder()
                .name("sluice_certificate_not_after_seconds")
                .help("When each certificate that is served stops being valid, in seconds since 1970.");
        Map<Labels, Long> earliest = new LinkedHashMap<>();
        for (ServedCertificateSample sample : samples) {
            Labels labels = Labels.of("service", sample.service(), "name", sample.name(), "key", sample.key());
            earliest.merge(labels, sample.notAfterSeconds(), Math::min);
        }
        earliest.forEach((labels, seconds) -> gauge.dataPoint(
                GaugeDataPointSnapshot.builder().labels(labels).value(seconds).build()));
        return gauge.build();
    }

    private static GaugeSnapshot targetsOf(Collection<TargetSample> samples) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder()
                .name("sluice_targets")
                .help("Targets by state: 1 for the state that each is in.");
        for (TargetSample sample : new LinkedHashSet<>(samples)) {
            gauge.dataPoint(GaugeDataPointSnapshot.builder()
                    .labels(Labels.of("service", sample.service(), "target", sample.target(), "state", sample.state()))
                    .value(1)
                    .build());
        }
        return gauge.build();
    }

    private static GaugeSnapshot certificates(
            String name,
            String help,
            Collection<CertificateSample> samples,
            boolean byState,
            ToDoubleFunction<CertificateSample> value) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        for (CertificateSample sample : samples) {
            gauge.dataPoint(GaugeDataPointSnapshot.builder()
                    .labels(
                            byState
                                    ? Labels.of(
                                            "service", sample.service(), "name", sample.name(), "state", sample.state())
                                    : Labels.of("service", sample.service(), "name", sample.name()))
                    .value(value.applyAsDouble(sample))
                    .build());
        }
        return gauge.build();
    }
}
