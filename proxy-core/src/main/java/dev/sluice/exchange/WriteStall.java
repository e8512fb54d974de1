package dev.sluice.exchange;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;

/** Tells whether the other end of a connection has stopped reading what is written to it. On its event loop only. */
public final class WriteStall {
    private long pending;
    private long progress;
    private long since;

    /**
     * Looks at what waits to be written.
     *
     * @param now in nanoseconds
     * @param limit zero for never
     * @return whether something waits and none of it has gone for so long
     */
    public boolean at(Channel channel, long now, Duration limit) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long waiting = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        long sent = buffer == null ? 0 : buffer.currentProgress();
        if (waiting == 0 || waiting != pending || sent != progress) {
            pending = waiting;
            progress = sent;
            since = now;
        }
        return waiting > 0 && limit.isPositive() && now - since >= limit.toNanos();
    }

    /** Bytes that waited to be written at the last look. */
    public long pending() {
        return pending;
    }
}
