package dev.sluice.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String TOTAL = "kamal_proxy_http_requests_total";
    private static final String SECONDS = "kamal_proxy_http_request_duration_seconds";
    private static final String FLIGHT = "kamal_proxy_http_in_flight_requests";

    private final Metrics metrics = new Metrics("1.2.3");

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void requestsAreCountedByServiceMethodAndStatus() throws Exception {
        for (int i = 0; i < 3; i++) {
            request("web", "GET", 200);
        }
        request("web", "GET", 404);
        request("web", "POST", 200);
        metrics.ended("", "GET", 404, 1);

        assertThat(samples())
                .containsEntry(TOTAL + "{method=\"GET\",service=\"web\",status=\"200\"}", 3.0)
                .containsEntry(TOTAL + "{method=\"GET\",service=\"web\",status=\"404\"}", 1.0)
                .containsEntry(TOTAL + "{method=\"POST\",service=\"web\",status=\"200\"}", 1.0)
                .containsEntry(TOTAL + "{method=\"GET\",service=\"\",status=\"404\"}", 1.0);
    }

    @Test
    void theHistogramHasKamalProxysBucketsAndIsInSeconds() throws Exception {
        metrics.started("web");
        metrics.ended("web", "GET", 200, TimeUnit.MILLISECONDS.toNanos(300));
        metrics.started("web");
        metrics.ended("web", "GET", 200, TimeUnit.SECONDS.toNanos(20));

        Map<String, Double> samples = samples();
        List<String> bounds = page().lines()
                .filter(line -> line.startsWith(SECONDS + "_bucket"))
                .map(line -> line.replaceAll(".*le=\"([^\"]+)\".*", "$1"))
                .toList();
        assertThat(bounds)
                .containsExactly(
                        "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "+Inf");
        String labels = "{method=\"GET\",service=\"web\",status=\"200\"";
        assertThat(samples)
                .containsEntry(SECONDS + "_bucket" + labels + ",le=\"0.25\"}", 0.0)
                .containsEntry(SECONDS + "_bucket" + labels + ",le=\"0.5\"}", 1.0)
                .containsEntry(SECONDS + "_bucket" + labels + ",le=\"+Inf\"}", 2.0)
                .containsEntry(SECONDS + "_count" + labels + "}", 2.0)
                .containsEntry(SECONDS + "_sum" + labels + "}", 20.3);
    }

    @Test
    void theFamiliesAreDeclaredWithHelpAndType() throws Exception {
        request("web", "GET", 200);

        String page = page();
        assertThat(page)
                .contains("# TYPE " + TOTAL + " counter\n", "# HELP " + TOTAL + " ")
                .contains("# TYPE " + SECONDS + " histogram\n", "# HELP " + SECONDS + " ")
                .contains("# TYPE " + FLIGHT + " gauge\n", "# HELP " + FLIGHT + " ");
    }

    @Test
    void theGaugeFollowsTheRequestsInFlight() throws Exception {
        metrics.started("web");
        metrics.started("web");
        assertThat(samples()).containsEntry(FLIGHT + "{service=\"web\"}", 2.0);

        metrics.ended("web", "GET", 200, 1);
        assertThat(samples()).containsEntry(FLIGHT + "{service=\"web\"}", 1.0);
        metrics.ended("", "GET", 404, 1);
        assertThat(samples()).doesNotContainKey(FLIGHT + "{service=\"\"}");
    }

    @Test
    void unusualMethodsAreOneSeries() throws Exception {
        for (String method : List.of("PURGE", "get", "", "BREW")) {
            request("web", method, 200);
        }
        request("web", "PATCH", 200);

        assertThat(samples())
                .containsEntry(TOTAL + "{method=\"OTHER\",service=\"web\",status=\"200\"}", 4.0)
                .containsEntry(TOTAL + "{method=\"PATCH\",service=\"web\",status=\"200\"}", 1.0);
    }

    @Test
    void aStatusBeyondThreeDigitsDoesNoHarm() throws Exception {
        request("web", "GET", 1000);
        request("web", "GET", -1);
        request("web", "GET", 999);

        assertThat(samples())
                .containsEntry(TOTAL + "{method=\"GET\",service=\"web\",status=\"0\"}", 2.0)
                .containsEntry(TOTAL + "{method=\"GET\",service=\"web\",status=\"999\"}", 1.0);
    }

    @Test
    void aRemovedServiceLeavesThePageAndMayComeBack() throws Exception {
        request("web", "GET", 200);
        request("other", "GET", 200);
        metrics.started("web");

        metrics.forget("web");
        metrics.forget("never-there");
        assertThat(page()).doesNotContain("service=\"web\"").contains("service=\"other\"");

        metrics.ended("web", "GET", 200, 1);
        assertThat(samples()).doesNotContainKey(FLIGHT + "{service=\"web\"}");
        metrics.started("web");
        assertThat(samples())
                .containsEntry(FLIGHT + "{service=\"web\"}", 1.0)
                .containsEntry(TOTAL + "{method=\"GET\",service=\"web\",status=\"200\"}", 1.0);
    }

    @Test
    void manyThreadsMakeOneSeriesAndLoseNothing() throws Exception {
        int each = 20_000;
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    request("web", i % 2 == 0 ? "GET" : "POST", 200 + i % 3);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        Map<String, Double> samples = samples();
        double total = samples.entrySet().stream()
                .filter(e -> e.getKey().startsWith(TOTAL))
                .mapToDouble(Map.Entry::getValue)
                .sum();
        assertThat(total).isEqualTo(4.0 * each);
        assertThat(samples).containsEntry(FLIGHT + "{service=\"web\"}", 0.0);
    }

    @Test
    void sluicesOwnAreThereEvenAfterAGarbageCollection() throws Exception {
        LongAdder failures = new LongAdder();
        metrics.tlsHandshakeFailures(failures);
        metrics.logLinesDropped(() -> 7);
        metrics.clientConnections(() -> 5);
        metrics.upstreamConnectionOpened();
        metrics.upstreamConnectionOpened();
        metrics.upstreamRetried();
        failures.add(3);
        System.gc();

        assertThat(samples())
                .containsEntry("sluice_log_lines_dropped_total", 7.0)
                .containsEntry("sluice_tls_handshake_failures_total", 3.0)
                .containsEntry("sluice_client_connections", 5.0)
                .containsEntry("sluice_upstream_connections_opened_total", 2.0)
                .containsEntry("sluice_upstream_retries_total", 1.0)
                .containsEntry("sluice_build_info{version=\"1.2.3\"}", 1.0);
    }

    @Test
    void targetsAreShownAsTheyAreAtThatMoment() throws Exception {
        Collection<TargetSample> targets = new ArrayList<>();
        metrics.targets(() -> targets);
        assertThat(page()).doesNotContain("sluice_targets{");

        targets.add(new TargetSample("web", "web-1:80", "healthy"));
        targets.add(new TargetSample("web", "web-2:80", "unhealthy"));
        targets.add(new TargetSample("web", "web-2:80", "unhealthy"));
        assertThat(samples())
                .containsEntry("sluice_targets{service=\"web\",state=\"healthy\",target=\"web-1:80\"}", 1.0)
                .containsEntry("sluice_targets{service=\"web\",state=\"unhealthy\",target=\"web-2:80\"}", 1.0);

        targets.clear();
        assertThat(page()).doesNotContain("sluice_targets{");
    }

    @Test
    void theProcessAndTheJvmAreMeasured() throws Exception {
        assertThat(page())
                .contains("jvm_memory_used_bytes{", "jvm_threads_live_threads ", "process_uptime_seconds ")
                .contains("process_cpu_usage ", "process_files_open_files ");
        await().untilAsserted(() -> {
            System.gc();
            assertThat(page()).contains("jvm_gc_pause_seconds_count{");
        });
    }

    private void request(String service, String method, int status) {
        metrics.started(service);
        metrics.ended(service, method, status, 1_000_000);
    }

    private String page() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, TEXT);
        return out.toString(StandardCharsets.UTF_8);
    }

    private Map<String, Double> samples() throws Exception {
        Map<String, Double> samples = new HashMap<>();
        page().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            samples.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        });
        return samples;
    }
}
