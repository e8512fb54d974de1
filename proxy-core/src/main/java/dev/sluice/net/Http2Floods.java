package dev.sluice.net;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.edge.LimitHits;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LifecycleManager;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Ends an HTTP/2 connection whose client makes work at no cost of its own (RFC 9113 10.5): streams that are reset at
 * once, by the client or by an error it makes on purpose; questions whose answers it does not read; empty frames. Stands
 * before the encoder to see what the proxy answers, and is told what the client sends. Owned by the event loop.
 */
final class Http2Floods extends DecoratingHttp2ConnectionEncoder {
    // Windows are opened a few times before there is anything to send.
    private static final long FREE_UPDATES = 5;

    private final SentFrames sent;
    private final EdgeLimits.Http2 limits;
    private final LimitHits hits;
    private final String client;
    private final Resets byClient = new Resets();
    private final Resets byProxy = new Resets();
    private final ChannelFutureListener written = this::written;
    private @Nullable Http2LifecycleManager lifecycle;
    private int waiting;
    private int emptyFrames;
    private long priorities;
    private long windowUpdates;
    private boolean ended;

    /**
     * @param sent counts the frames that the encoder writes
     * @param client its address
     */
    Http2Floods(
            Http2ConnectionEncoder encoder, SentFrames sent, EdgeLimits.Http2 limits, LimitHits hits, String client) {
        super(encoder);
        this.sent = sent;
        this.limits = limits;
        this.hits = hits;
        this.client = client;
    }

    @Override
    public void lifecycleManager(Http2LifecycleManager manager) {
        lifecycle = manager;
        super.lifecycleManager(manager);
    }

    // -- what the client sends

    void clientReset() throws Http2Exception {
        if (byClient.tooMany(limits.resets())) {
            throw flood(Limit.CLIENT_RESETS, "streams are reset all the time");
        }
    }

    /** A DATA frame has come. */
    void data(boolean empty) throws Http2Exception {
        if (!empty) {
            emptyFrames = 0;
        } else if (++emptyFrames > limits.emptyFrames()) {
            throw flood(Limit.EMPTY_FRAMES, "empty DATA frames");
        }
    }

    /** A PRIORITY frame has come: it is for nothing, but a few may be (RFC 9113 5.3.2). */
    void priority() throws Http2Exception {
        if (++priorities > limits.priorities() * (1 + streams())) {
            throw flood(Limit.PRIORITIES, "PRIORITY over and over");
        }
    }

    /** A WINDOW_UPDATE frame has come: an honest one follows data. */
    void windowUpdate() throws Http2Exception {
        long most = FREE_UPDATES + 2 * (streams() + limits.windowUpdates() * sent.data());
        if (++windowUpdates > most) {
            throw flood(Limit.WINDOW_UPDATES, "WINDOW_UPDATE over and over");
        }
    }

    // That the client has opened.
    private long streams() {
        return (connection().remote().lastStreamCreated() + 1) / 2;
    }

    private Http2Exception flood(Limit limit, String what) {
        hits.hit(limit, client);
        return Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, what);
    }

    // -- what the proxy answers

    @Override
    public ChannelFuture writeSettingsAck(ChannelHandlerContext ctx, ChannelPromise promise) {
        return ended ? promise : super.writeSettingsAck(ctx, counted(ctx, promise));
    }

    @Override
    public ChannelFuture writePing(ChannelHandlerContext ctx, boolean ack, long data, ChannelPromise promise) {
        return ended ? promise : super.writePing(ctx, ack, data, counted(ctx, promise));
    }

    @Override
    public ChannelFuture writeRstStream(ChannelHandlerContext ctx, int streamId, long code, ChannelPromise promise) {
        if (ended) {
            return promise;
        }
        // For a stream that is gone already it is only an answer.
        boolean counts = code != Http2Error.NO_ERROR.code() && connection().stream(streamId) != null;
        ChannelFuture future = super.writeRstStream(ctx, streamId, code, counted(ctx, promise));
        if (counts && byProxy.tooMany(limits.resets())) {
            end(ctx, flood(Limit.PROXY_RESETS, "streams fail all the time"));
        }
        return future;
    }

    private ChannelPromise counted(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (waiting >= limits.controlFrames()) {
            ctx.flush();
        }
        if (waiting >= limits.controlFrames()) {
            end(ctx, flood(Limit.CONTROL_FRAMES, "answers are not read"));
        }
        waiting++;
        return promise.unvoid().addListener(written);
    }

    private void written(Future<?> done) {
        waiting--;
    }

    private void end(ChannelHandlerContext ctx, Http2Exception why) {
        if (!ended) {
            ended = true;
            if (lifecycle != null) {
                lifecycle.onError(ctx, true, why);
            }
            ctx.close();
        }
    }
}
