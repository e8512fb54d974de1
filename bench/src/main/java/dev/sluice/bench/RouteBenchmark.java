package dev.sluice.bench;

import dev.sluice.http.ErrorPages;
import dev.sluice.http.HostName;
import dev.sluice.observe.RequestMetrics;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.HealthCheckOptions;
import dev.sluice.service.HealthResult;
import dev.sluice.service.LoadBalancer;
import dev.sluice.service.PauseGate;
import dev.sluice.service.RouteMatch;
import dev.sluice.service.RouteTable;
import dev.sluice.service.Service;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.Services;
import dev.sluice.service.StateStore;
import dev.sluice.service.TargetOptions;
import dev.sluice.service.TlsOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From the bytes of a Host field to the service, among few hosts and many. All hosts are equally long, and what the
 * requests bring is in one buffer that is read from its beginning to its end, so that neither the lengths nor the
 * requests' own places in memory make a difference between few and many.
 *
 * <p>Hosts are drawn {@code even}, each as likely as the others, which traffic never is: it is the worst that caches can
 * meet. Or they are drawn {@code skewed}, by Zipf's law with an exponent of 1: the second host has half of the requests
 * of the first, the hundredth a hundredth. Of 10,000 hosts the first 100 have 53 % of all requests then.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RouteBenchmark {
    // So many that the processor cannot learn their order.
    private static final int REQUESTS = 1 << 14;
    private static final int HOST_BYTES = host(0).length();
    // No check comes while something is measured: an only target would be looked at all the same, one of two is not.
    private static final TargetOptions UNCHECKED = new TargetOptions(
            new HealthCheckOptions("/up", 0, Duration.ofDays(1), Duration.ofDays(1), ""),
            TargetOptions.DEFAULT.responseTimeout(),
            TargetOptions.DEFAULT.buffering(),
            List.of(),
            List.of(),
            true,
            false);

    @Param({"10", "10000"})
    public int hosts;

    @Param({"even", "skewed"})
    public String draw = "even";

    private RouteTable table = RouteTable.EMPTY;
    private final byte[] requests = new byte[REQUESTS * HOST_BYTES];
    private int turn;

    @Setup
    public void setUp() throws ControlFailure {
        List<Service> all = new ArrayList<>();
        for (int i = 0; i < hosts; i++) {
            all.add(service(i));
        }
        Services services = new Services(StateStore.NONE, RequestMetrics.OFF);
        services.restore(all);
        table = services.table();
        SplittableRandom random = new SplittableRandom(1);
        int[] order = shuffled(random);
        double[] shares = shares();
        for (int i = 0; i < REQUESTS; i++) {
            int drawn = draw.equals("even") ? random.nextInt(hosts) : order[skewed(shares, random.nextDouble())];
            byte[] host = host(drawn).getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(host, 0, requests, i * HOST_BYTES, HOST_BYTES);
        }
    }

    // The hosts that are asked for often are not those that were deployed one after the other.
    private int[] shuffled(SplittableRandom random) {
        int[] order = new int[hosts];
        for (int i = 0; i < hosts; i++) {
            int at = random.nextInt(i + 1);
            order[i] = order[at];
            order[at] = i;
        }
        return order;
    }

    // Of each host and those before it, of all requests.
    private double[] shares() {
        double[] shares = new double[hosts];
        double sum = 0;
        for (int i = 0; i < hosts; i++) {
            sum += 1.0 / (i + 1);
            shares[i] = sum;
        }
        for (int i = 0; i < hosts; i++) {
            shares[i] /= sum;
        }
        return shares;
    }

    private static int skewed(double[] shares, double at) {
        int found = Arrays.binarySearch(shares, at);
        return Math.min(shares.length - 1, found < 0 ? -found - 1 : found);
    }

    private static String host(int i) {
        return "service-%05d.example.test".formatted(i);
    }

    private static Service service(int i) throws ControlFailure {
        ServiceOptions options = new ServiceOptions(
                List.of(host(i)), List.of(), true, TlsOptions.OFF, "", "", Duration.ZERO, false, List.of(), "");
        return new Service(
                "service-" + i,
                options.normalised(),
                UNCHECKED,
                LoadBalancer.create(
                        List.of("127.0.0.1:1", "127.0.0.1:2"), List.of(), UNCHECKED, (_, _) -> new HealthResult.Healthy(200)),
                null,
                null,
                new PauseGate(),
                ErrorPages.BUILT_IN,
                null,
                null,
                null);
    }

    @Benchmark
    public RouteMatch match() {
        return table.match(HostName.normalise(nextHost()), "/articles/2026");
    }

    /** What of it is reading the host. */
    @Benchmark
    public int hostAlone() {
        return HostName.normalise(nextHost()).hashCode();
    }

    private String nextHost() {
        int at = (turn++ & (REQUESTS - 1)) * HOST_BYTES;
        return new String(requests, at, HOST_BYTES, StandardCharsets.ISO_8859_1);
    }
}
