package dev.sluice.exchange;

import dev.sluice.buffer.TransferReads;
import io.netty.channel.Channel;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Lets the large request bodies of one plain connection go from its socket to the target's within the kernel, which saves
 * copying them into this process and out again. The first bytes of what has come are always read, and the rest only
 * spliced where nobody looks at it; so whatever stands against splicing, a slow target above all, the body goes on as ever.
 * On the connection's event loop only.
 */
final class BodySplice {
    // Less of a body is not worth it.
    private static final int LEAST = 64 * 1024;
    // In one turn, lest an upload holds up the loop's other connections.
    private static final int MOST = 1024 * 1024;

    private final EpollSocketChannel client;
    private final RecvByteBufAllocator usual;

    private BodySplice(EpollSocketChannel client) {
        this.client = client;
        this.usual = client.config().getRecvByteBufAllocator();
    }

    /** For a connection whose bytes are what its socket brings; null where the system has no splicing. */
    static @Nullable BodySplice of(Channel client) {
        return client instanceof EpollSocketChannel epoll ? new BodySplice(epoll) : null;
    }

    /**
     * Moves what of a body is there, after a read that filled its buffer.
     *
     * @param x whose body it is; null when nobody wants it
     * @param left bytes of the body to come; the last of them is always left to be read
     * @return bytes moved
     */
    long move(@Nullable Exchange x, long left) {
        boolean large = left > LEAST && !TransferReads.scarce();
        long moved = x != null && large ? x.body.splice(client, Math.min(left - 1, MOST)) : 0;
        RecvByteBufAllocator reads = moved >= LEAST ? TransferReads.SPLICED : usual;
        if (client.config().getRecvByteBufAllocator() != reads) {
            client.config().setRecvByteBufAllocator(reads);
        }
        return moved;
    }
}
