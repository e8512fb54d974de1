package dev.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Refuses heads with folded lines (RFC 9112 5.2), before the codec puts them together again, which takes it time with
 * the square of their number: seconds of the event loop for one head of a megabyte. Looks at what is read while the
 * next head is awaited; a head that begins behind a body in the same read is looked at from the next read on.
 */
public final class FoldedLines extends ChannelInboundHandlerAdapter {
    private final Http1Guard guard;
    // Where the read before ended, if it ended in a head: behind the end of a line, and of which one.
    private boolean inHead;
    private boolean lineBegins;
    private boolean firstLine;
    private boolean refused;

    /**
     * @param guard behind the codec; knows whether a head is awaited
     */
    public FoldedLines(Http1Guard guard) {
        this.guard = guard;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (refused) {
            ReferenceCountUtil.release(msg);
        } else if (msg instanceof ByteBuf bytes && guard.awaitsHead() && folded(bytes)) {
            refused = true;
            bytes.release();
            ctx.fireChannelRead(new RejectedRequest(400, "folded header line"));
        } else {
            ctx.fireChannelRead(msg);
        }
    }

    private boolean folded(ByteBuf bytes) {
        if (!inHead) {
            inHead = true;
            lineBegins = true;
            firstLine = true;
        }
        int end = bytes.writerIndex();
        int at = bytes.readerIndex();
        while (at < end) {
            if (lineBegins) {
                byte first = bytes.getByte(at);
                if (!firstLine && (first == ' ' || first == '\t')) {
                    return true;
                }
                if (!firstLine && (first == '\r' || first == '\n')) {
                    inHead = false;
                    return false;
                }
                // Empty lines before a request line are passed over (2.2).
                firstLine &= first == '\r' || first == '\n';
            }
            int lineEnd = bytes.indexOf(at, end, (byte) '\n');
            lineBegins = lineEnd >= 0;
            at = lineEnd < 0 ? end : lineEnd + 1;
        }
        return false;
    }
}
