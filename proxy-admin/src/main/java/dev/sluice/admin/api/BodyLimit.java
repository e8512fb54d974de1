package dev.sluice.admin.api;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import org.jspecify.annotations.Nullable;

/**
 * Gathers each request with its body, up to a limit. Past it {@link #EXCEEDED} goes on in the request's place, so that
 * the refusal takes its turn among the answers; the rest of the body is dropped. On the connection's event loop.
 */
final class BodyLimit extends HttpObjectAggregator {
    static final int BYTES = 1 << 20;

    /** Stands for a request whose body is too large. */
    static final Object EXCEEDED = new Object() {
        @Override
        public String toString() {
            return "a request whose body is too large";
        }
    };

    BodyLimit() {
        super(BYTES, true);
    }

    // Netty's own answer to "Expect: 100-continue" with too long a body would be a 413 without an explanation.
    @Override
    protected @Nullable Object newContinueResponse(HttpMessage start, int limit, ChannelPipeline pipeline) {
        return isContentLengthInvalid(start, limit) ? null : super.newContinueResponse(start, limit, pipeline);
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        ctx.fireChannelRead(EXCEEDED);
    }
}
