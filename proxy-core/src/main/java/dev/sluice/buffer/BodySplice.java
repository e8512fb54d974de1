package dev.sluice.buffer;

import io.netty.channel.Channel;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Lets the large bodies that come on one plain connection, of requests or of responses, go from its socket to the next one
 * within the kernel, which saves copying them into this process and out again. It begins after an ordinary read, is only
 * done where nobody looks at the bytes, and ends with an ordinary read of the last; so whatever stands against splicing, a
 * slow receiver above all, the body goes on as ever. On the connection's event loop only.
 */
public final class BodySplice {
    // Less of a body is not worth it.
    private static final int LEAST = 64 * 1024;
    // In one turn, lest a transfer holds up the loop's other connections.
    private static final int MOST = 4 * 1024 * 1024;

    /** The body that is being read, if one is. */
    public interface Body {

        /** Bytes of it that have not come yet; 0 when that is not known, or there is no body. */
        long left();

        /**
         * Moves what the connection has of it to where it goes, if the kernel can: see {@link SplicePipe#move}.
         *
         * @param most bytes, fewer than are left
         * @return bytes that the connection has no more
         */
        long splice(EpollSocketChannel from, long most);
    }

    private final EpollSocketChannel from;
    private final Body body;
    private final RecvByteBufAllocator usual;
    private final Reads spliced = new Reads(this::move);

    private BodySplice(EpollSocketChannel from, Body body) {
        this.from = from;
        this.body = body;
        this.usual = from.config().getRecvByteBufAllocator();
    }

    /** For a connection whose bytes are what its socket brings; null where the system has no splicing. */
    public static @Nullable BodySplice of(Channel from, Body body) {
        return from instanceof EpollSocketChannel epoll ? new BodySplice(epoll, body) : null;
    }

    /** After a read that filled its buffer: moves what else has come. */
    public void filled() {
        if (from.config().getRecvByteBufAllocator() == usual) {
            move();
        }
    }

    private void move() {
        long left = body.left();
        boolean large = left > LEAST && !TransferReads.scarce();
        // The last byte is always left to be read.
        long moved = large ? body.splice(from, Math.min(left - 1, MOST)) : 0;
        RecvByteBufAllocator reads = moved >= LEAST ? spliced : usual;
        if (from.config().getRecvByteBufAllocator() != reads) {
            from.config().setRecvByteBufAllocator(reads);
        }
    }

    /**
     * While its bytes are spliced, the connection has this in place of its usual allocator: what has come is moved before
     * each read, which finds little or nothing then. Netty has no other word for that moment; and since it stays with the
     * handle that a connection had first, that one looks what is set now.
     */
    static final class Reads extends FixedRecvByteBufAllocator {
        private final Runnable before;

        Reads(Runnable before) {
            super(TransferReads.LEAST);
            this.before = before;
        }

        void begin() {
            before.run();
        }
    }
}
