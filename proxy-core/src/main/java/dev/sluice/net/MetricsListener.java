package dev.sluice.net;

import dev.sluice.observe.MetricsEndpoint;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;

/** The pipeline of the metrics port: small requests, one answer for every path. */
public final class MetricsListener {
    private static final int MAX_BODY = 64 * 1024;

    private MetricsListener() {}

    public static ChannelHandler pipeline(MetricsEndpoint endpoint) {
        LastHandler last = new LastHandler();
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                ch.pipeline()
                        .addLast(new HttpServerCodec())
                        .addLast(new HttpServerKeepAliveHandler())
                        .addLast(new HttpObjectAggregator(MAX_BODY))
                        .addLast(endpoint)
                        .addLast(last);
            }
        };
    }
}
