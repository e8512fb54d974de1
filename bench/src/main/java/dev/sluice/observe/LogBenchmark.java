package dev.sluice.observe;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One request's line in the access log, from the record to JSON in bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LogBenchmark {
    private final JsonLine line = new JsonLine();
    private final RequestRecord request = new RequestRecord();

    @Setup
    public void setUp() {
        request.host = "www.example.test";
        request.method = "GET";
        request.rawPath = "/articles/2026/a-benchmark";
        request.query = "page=2&sort=new";
        request.requestId = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
        request.userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        request.secure = true;
        request.tlsVersion = "TLSv1.3";
        request.clientAddress = "192.0.2.1";
        request.clientPort = 50123;
        request.listenerPort = 443;
        request.service = "web";
        request.target = "app-1:3000";
        request.status = 200;
        request.responseContentType = "text/html; charset=utf-8";
        request.bytesOut = 12_345;
        request.startedMillis = System.currentTimeMillis();
        request.startedNanos = System.nanoTime();
        request.upstreamAskedNanos = request.startedNanos + 50_000;
        request.upstreamAnsweredNanos = request.startedNanos + 1_000_000;
        request.endedNanos = request.startedNanos + 1_234_567;
    }

    @Benchmark
    public int encode() {
        line.begin();
        AccessLog.write(request, line);
        line.end();
        int length = line.length();
        line.clear();
        return length;
    }
}
