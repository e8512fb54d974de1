package dev.sluice.demo;

import dev.sluice.net.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** A sample app, as it would run in a container: takes a moment to start, and some milliseconds for each answer. */
final class DemoApp implements AutoCloseable {
    private static final int MAX_BODY = 1 << 20;

    private final String version;
    private final Channel listener;

    /**
     * @param healthy whether its health path ever answers 200
     * @param startMillis how long it answers 503 on its health path before that
     */
    DemoApp(String version, boolean healthy, int startMillis, Transport transport, EventLoopGroup loops) {
        this.version = version;
        long readyAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(startMillis);
        Answers answers = new Answers(version, healthy, readyAt);
        this.listener = new ServerBootstrap()
                .group(loops)
                .channel(transport.serverChannel())
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        ch.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpServerKeepAliveHandler())
                                .addLast(new HttpObjectAggregator(MAX_BODY))
                                .addLast(answers);
                    }
                })
                .bind(new InetSocketAddress("127.0.0.1", 0))
                .syncUninterruptibly()
                .channel();
    }

    String version() {
        return version;
    }

    String address() {
        return "127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Stops listening, as a container that is stopped; its idle connections end with the demo. */
    @Override
    public void close() {
        listener.close().syncUninterruptibly();
    }

    @Sharable
    private static final class Answers extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final String version;
        private final boolean healthy;
        private final long readyAt;

        Answers(String version, boolean healthy, long readyAt) {
            this.version = version;
            this.healthy = healthy;
            this.readyAt = readyAt;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            if (request.uri().equals("/up")) {
                boolean up = healthy && System.nanoTime() - readyAt >= 0;
                ctx.writeAndFlush(
                        up
                                ? response(HttpResponseStatus.OK, "up")
                                : response(
                                        healthy
                                                ? HttpResponseStatus.SERVICE_UNAVAILABLE
                                                : HttpResponseStatus.INTERNAL_SERVER_ERROR,
                                        healthy ? "starting" : "database schema is missing a column"));
                return;
            }
            FullHttpResponse answer = response(
                    HttpResponseStatus.OK, version + " " + request.content().readableBytes());
            long millis = ThreadLocalRandom.current().nextInt(1, 20);
            ctx.executor().schedule(() -> ctx.writeAndFlush(answer), millis, TimeUnit.MILLISECONDS);
        }

        private static FullHttpResponse response(HttpResponseStatus status, String text) {
            FullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, "text/plain")
                    .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
            return response;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
