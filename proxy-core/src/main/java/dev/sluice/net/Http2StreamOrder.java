package dev.sluice.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames and refuses HEADERS on streams that cannot have any (RFC 9113 5.1, 5.1.1), where Netty's decoder is more
 * lenient: on one that the client has ended, on one that is closed, and on one that was skipped. HEADERS that crossed
 * the proxy's own reset on their way are dropped. Tells of frames that may be a flood also where the decoder would drop
 * them. Owned by the connection's event loop.
 */
final class Http2StreamOrder implements Http2FrameReader {
    // So many closed streams are remembered to tell which they were.
    private static final int MEMORY = 256;

    private final Http2FrameReader reader;
    private final Http2Connection connection;
    private final Http2Floods floods;
    // A ring of the closed streams' identifiers, negative for those that the proxy reset.
    private final int[] closed = new int[MEMORY];
    private int closedCount;
    private @Nullable Http2FrameListener behind;
    private @Nullable Http2FrameListener checking;

    Http2StreamOrder(Http2FrameReader reader, Http2Connection connection, Http2Floods floods) {
        this.reader = reader;
        this.floods = floods;
        this.connection = connection;
        connection.addListener(new Http2EventAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                closed[closedCount++ & (MEMORY - 1)] = stream.isResetSent() ? -stream.id() : stream.id();
            }
        });
    }

    @Override
    public void readFrame(ChannelHandlerContext ctx, ByteBuf input, Http2FrameListener listener) throws Http2Exception {
        Http2FrameListener to = checking;
        if (to == null || behind != listener) {
            behind = listener;
            to = new Check(listener);
            checking = to;
        }
        reader.readFrame(ctx, input, to);
    }

    @Override
    public Configuration configuration() {
        return reader.configuration();
    }

    @Override
    public void close() {
        reader.close();
    }

    /** Whether the frame is to be passed on. */
    private boolean check(int streamId) throws Http2Exception {
        Http2Stream stream = connection.stream(streamId);
        if (stream != null) {
            if (stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE && !stream.isResetSent()) {
                throw Http2Exception.streamError(streamId, Http2Error.STREAM_CLOSED, "HEADERS after END_STREAM");
            }
        } else if ((streamId & 1) == 1 && streamId <= connection.remote().lastStreamCreated()) {
            return checkClosed(streamId);
        }
        return true;
    }

    private boolean checkClosed(int streamId) throws Http2Exception {
        int known = Math.min(closedCount, MEMORY);
        for (int i = 0; i < known; i++) {
            if (closed[i] == -streamId) {
                return false;
            }
            if (closed[i] == streamId) {
                throw Http2Exception.connectionError(Http2Error.STREAM_CLOSED, "HEADERS on closed stream %d", streamId);
            }
        }
        throw known < MEMORY
                ? Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "stream %d was skipped", streamId)
                : Http2Exception.connectionError(Http2Error.STREAM_CLOSED, "HEADERS on closed stream %d", streamId);
    }

    private final class Check extends Http2FrameListenerDecorator {
        Check(Http2FrameListener listener) {
            super(listener);
        }

        @Override
        public void onPriorityRead(
                ChannelHandlerContext ctx, int streamId, int streamDependency, short weight, boolean exclusive)
                throws Http2Exception {
            floods.priority();
            super.onPriorityRead(ctx, streamId, streamDependency, weight, exclusive);
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment) throws Http2Exception {
            floods.windowUpdate();
            super.onWindowUpdateRead(ctx, streamId, increment);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean end)
                throws Http2Exception {
            if (check(streamId)) {
                super.onHeadersRead(ctx, streamId, headers, padding, end);
            }
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int streamId,
                Http2Headers headers,
                int streamDependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end)
                throws Http2Exception {
            if (check(streamId)) {
                super.onHeadersRead(ctx, streamId, headers, streamDependency, weight, exclusive, padding, end);
            }
        }
    }
}
