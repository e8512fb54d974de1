package dev.sluice.bench;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.exchange.Http1Guard;
import dev.sluice.wire.MalformedMessage;
import dev.sluice.wire.MessageListener;
import dev.sluice.wire.ReadLimits;
import dev.sluice.wire.RequestReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/** From the bytes of a request's head to a request that is known to be sound. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeadBenchmark {
    @Param({"SMALL", "BROWSER"})
    public String head = "";

    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
    private final Last last = new Last();
    private final RequestReader reader = new RequestReader(
            last,
            UnpooledByteBufAllocator.DEFAULT,
            new ReadLimits(
                    64 * 1024,
                    EdgeLimits.DEFAULT.heads().bytes(),
                    EdgeLimits.DEFAULT.heads().fields()));

    @Setup
    public void setUp() {
        bytes = Unpooled.directBuffer()
                .writeBytes(head.equals("SMALL") ? RequestHeads.SMALL : RequestHeads.BROWSER);
    }

    @Benchmark
    public @Nullable Object parseAndGuard() {
        reader.read(bytes.retainedDuplicate());
        return last.request;
    }

    private static final class Last implements MessageListener<HttpRequest> {
        private @Nullable HttpRequest request;

        @Override
        public boolean ready() {
            return true;
        }

        @Override
        public void head(HttpRequest head) {
            if (Http1Guard.check(head) == null) {
                request = head;
            }
        }

        @Override
        public void body(ByteBuf data) {
            data.release();
        }

        @Override
        public void end(HttpHeaders trailers) {}

        @Override
        public void malformed(MalformedMessage why) {
            throw why;
        }
    }
}
