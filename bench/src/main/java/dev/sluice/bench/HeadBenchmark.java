package dev.sluice.bench;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.LimitHits;
import dev.sluice.exchange.CountedFields;
import dev.sluice.exchange.Http1Guard;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From the bytes of a request's head to a request that is known to be sound. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeadBenchmark {
    @Param({"SMALL", "BROWSER"})
    public String head = "";

    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
    private final Last last = new Last();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    @Setup
    public void setUp() {
        bytes = Unpooled.wrappedBuffer(head.equals("SMALL") ? RequestHeads.SMALL : RequestHeads.BROWSER);
        HttpDecoderConfig limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(64 * 1024)
                .setMaxHeaderSize(EdgeLimits.DEFAULT.heads().bytes())
                .setHeadersFactory(
                        CountedFields.factory(EdgeLimits.DEFAULT.heads().fields()));
        channel.pipeline().addLast(new HttpRequestDecoder(limits), new Http1Guard(new LimitHits(), "192.0.2.1"), last);
    }

    @Benchmark
    public @Nullable Object parseAndGuard() {
        channel.writeInbound(bytes.retainedDuplicate());
        return last.request;
    }

    private static final class Last extends ChannelInboundHandlerAdapter {
        private @Nullable Object request;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof HttpRequest) {
                request = msg;
            }
            ReferenceCountUtil.release(msg);
        }
    }
}
