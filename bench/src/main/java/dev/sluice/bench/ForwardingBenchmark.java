package dev.sluice.bench;

import dev.sluice.http.ForwardedHeaders;
import dev.sluice.http.HopByHop;
import dev.sluice.http.RequestIds;
import dev.sluice.http.RequestTarget;
import dev.sluice.wire.FieldList;
import dev.sluice.wire.MessageWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Objects;
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

/** A browser's head made into what the target is to see, and into bytes. Copying the head is part of the time. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ForwardingBenchmark {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final MessageWriter writer = new MessageWriter(channel, channel.alloc());
    private HttpRequest received = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");

    @Setup
    public void setUp() {
        EmbeddedChannel decoder = new EmbeddedChannel(new HttpRequestDecoder());
        decoder.writeInbound(Unpooled.wrappedBuffer(RequestHeads.BROWSER));
        HttpRequest decoded = Objects.requireNonNull(decoder.readInbound());
        HttpHeaders fields = new FieldList().add(decoded.headers());
        received = new DefaultHttpRequest(decoded.protocolVersion(), decoded.method(), decoded.uri(), fields);
        decoder.finishAndReleaseAll();
    }

    @Benchmark
    public HttpHeaders copyAlone() {
        return received.headers().copy();
    }

    @Benchmark
    public HttpRequest prepare() {
        HttpHeaders headers = received.headers().copy();
        RequestTarget target = Objects.requireNonNull(RequestTarget.parse(received.uri()));
        headers.set("X-Request-ID", RequestIds.next());
        HopByHop.removeFromRequest(headers);
        ForwardedHeaders.apply(headers, true, "192.0.2.1", true, "www.example.test");
        ForwardedHeaders.target(headers, true, "app-1:3000");
        return new DefaultHttpRequest(
                HttpVersion.HTTP_1_1, received.method(), RequestTarget.escaped(target.originForm()), headers);
    }

    @Benchmark
    public int prepareAndEncode() {
        writer.request(prepare(), null);
        writer.flush();
        ByteBuf head = channel.readOutbound();
        int bytes = head.readableBytes();
        head.release();
        return bytes;
    }
}
