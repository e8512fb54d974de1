package dev.sluice.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DecoratingHttp2FrameWriter;
import io.netty.handler.codec.http2.Http2FrameWriter;

/** Counts the DATA frames that are written to one HTTP/2 connection. On its event loop. */
final class SentFrames extends DecoratingHttp2FrameWriter {
    private long data;

    SentFrames(Http2FrameWriter writer) {
        super(writer);
    }

    long data() {
        return data;
    }

    @Override
    public ChannelFuture writeData(
            ChannelHandlerContext ctx,
            int streamId,
            ByteBuf content,
            int padding,
            boolean endStream,
            ChannelPromise promise) {
        data++;
        return super.writeData(ctx, streamId, content, padding, endStream, promise);
    }
}
