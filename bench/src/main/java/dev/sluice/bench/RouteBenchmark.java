package dev.sluice.bench;

import dev.sluice.http.ErrorPages;
import dev.sluice.http.HostName;
import dev.sluice.observe.RequestMetrics;
import dev.sluice.service.ControlFailure;
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
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From the bytes of a Host field to the service, among few hosts and many, each as likely as the others. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RouteBenchmark {
    // So many that the processor cannot learn their order.
    private static final int REQUESTS = 1 << 14;

    @Param({"10", "10000"})
    public int hosts;

    private RouteTable table = RouteTable.EMPTY;
    private final byte[][] requests = new byte[REQUESTS][];
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
        for (int i = 0; i < REQUESTS; i++) {
            requests[i] = host(random.nextInt(hosts)).getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private static String host(int i) {
        return "service-" + i + ".example.test";
    }

    private static Service service(int i) throws ControlFailure {
        ServiceOptions options = new ServiceOptions(
                List.of(host(i)), List.of(), true, TlsOptions.OFF, "", "", Duration.ZERO, false, List.of(), "");
        return new Service(
                "service-" + i,
                options.normalised(),
                TargetOptions.DEFAULT,
                LoadBalancer.create(List.of("127.0.0.1:1"), List.of(), TargetOptions.DEFAULT, (_, _) -> never()),
                null,
                null,
                new PauseGate(),
                ErrorPages.BUILT_IN,
                null,
                null,
                null);
    }

    private static HealthResult never() throws InterruptedException {
        Thread.sleep(Duration.ofDays(1));
        return new HealthResult.Healthy(200);
    }

    @Benchmark
    public RouteMatch match() {
        byte[] bytes = requests[turn++ & (REQUESTS - 1)];
        String host = new String(bytes, StandardCharsets.ISO_8859_1);
        return table.match(HostName.normalise(host), "/articles/2026");
    }

    /** What of it is reading the host. */
    @Benchmark
    public int hostAlone() {
        byte[] bytes = requests[turn++ & (REQUESTS - 1)];
        return HostName.normalise(new String(bytes, StandardCharsets.ISO_8859_1))
                .hashCode();
    }
}
