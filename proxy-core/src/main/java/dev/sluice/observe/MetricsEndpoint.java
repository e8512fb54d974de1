package dev.sluice.observe;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Answers every request with the metrics, whatever its path. Shared by all connections of the metrics listener, behind
 * an HTTP codec and an aggregator. The page is written on a virtual thread, one page at a time, so that answers on a
 * connection keep their order; a connection is not read on before its answer is out.
 */
@Sharable
public final class MetricsEndpoint extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final Metrics metrics;
    private final ExecutorService scraper = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("metrics-scrape").factory());

    public MetricsEndpoint(Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        boolean readable = request.decoderResult().isSuccess();
        boolean keep = readable && HttpUtil.isKeepAlive(request);
        boolean head = HttpMethod.HEAD.equals(request.method());
        String accept = request.headers().get(HttpHeaderNames.ACCEPT, "");
        String type = accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
        context.channel().config().setAutoRead(false);
        scraper.execute(() -> answer(
                context, readable ? page(context, type) : plain(context, HttpResponseStatus.BAD_REQUEST), head, keep));
    }

    private FullHttpResponse page(ChannelHandlerContext context, String type) {
        ByteBuf body = context.alloc().heapBuffer(16 * 1024);
        try (ByteBufOutputStream out = new ByteBufOutputStream(body)) {
            metrics.scrape(out, type);
        } catch (IOException | RuntimeException e) {
            body.release();
            Events.error("Unable to write metrics", "error", e.toString());
            return plain(context, HttpResponseStatus.INTERNAL_SERVER_ERROR);
        }
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        return response;
    }

    private static FullHttpResponse plain(ChannelHandlerContext context, HttpResponseStatus status) {
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, context.alloc().buffer(0));
    }

    private static void answer(ChannelHandlerContext context, FullHttpResponse response, boolean head, boolean keep) {
        HttpUtil.setContentLength(response, response.content().readableBytes());
        if (head) {
            response.content().clear();
        }
        response.headers().set(HttpHeaderNames.CONNECTION, keep ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
        context.writeAndFlush(response)
                .addListener(keep ? _ -> context.channel().config().setAutoRead(true) : ChannelFutureListener.CLOSE);
    }
}
