package dev.sluice.buffer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;

/**
 * How much is read from a connection at once: little for a head, and more with each read that filled its buffer, so that
 * a large body takes few system calls. The next turn of the event loop begins with about as much as this one brought.
 *
 * <p>The largest reads go into one buffer for each event loop, which most often is free again when the next one comes:
 * its bytes are with the kernel. Where a slow peer still has it, another one takes its place, unless much memory is in
 * use.
 */
@SuppressWarnings("deprecation") // Netty has no other way to choose the size of reads.
public final class TransferReads extends DefaultMaxMessagesRecvByteBufAllocator {
    static final int LEAST = 2 * 1024;

    /** The most that is read into a buffer of its own: it is taken from the system and cleared for each read. */
    static final int ORDINARY = 16 * 1024;

    static final int MOST = 128 * 1024;

    // A mebibyte in a turn, lest an upload holds up the loop's other connections.
    private static final int READS = 8;

    private static final FastThreadLocal<ByteBuf> SHARED = new FastThreadLocal<>() {
        @Override
        protected ByteBuf initialValue() {
            return Unpooled.directBuffer(MOST, MOST);
        }

        @Override
        protected void onRemoval(ByteBuf buffer) {
            buffer.release();
        }
    };

    private final long much;

    /**
     * @param much bytes of direct memory in use from which on no further buffer takes the place of one that is held
     */
    TransferReads(long much) {
        super(READS);
        this.much = much;
    }

    /** For channels of this class. With io_uring idle connections hold the buffer of their next read: Netty's own there. */
    public static RecvByteBufAllocator of(Class<? extends Channel> type) {
        return type == IoUringSocketChannel.class ? new AdaptiveRecvByteBufAllocator() : new TransferReads(much());
    }

    /** Whether so much memory outside the heap is in use that no more may be taken for large parts. */
    static boolean scarce() {
        return scarce(much());
    }

    private static boolean scarce(long much) {
        return PlatformDependent.usedDirectMemory() > much;
    }

    private static long much() {
        return PlatformDependent.maxDirectMemory() / 16;
    }

    @Override
    public Handle newHandle() {
        return new Reads();
    }

    private final class Reads extends MaxMessageHandle {
        private @Nullable ChannelConfig config;
        private int size = LEAST;

        @Override
        public void reset(ChannelConfig of) {
            config = of;
            super.reset(of);
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return spliced() == null && super.continueReading(maybeMore);
        }

        private BodySplice.@Nullable Reads spliced() {
            return config != null && config.getRecvByteBufAllocator() instanceof BodySplice.Reads reads ? reads : null;
        }

        @Override
        public int guess() {
            return size;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            BodySplice.Reads spliced = spliced();
            if (spliced != null) {
                spliced.begin();
                return allocator.ioBuffer(LEAST);
            }
            if (size <= ORDINARY) {
                return allocator.ioBuffer(size);
            }
            ByteBuf shared = SHARED.get();
            if (shared.refCnt() > 1) {
                if (scarce(much)) {
                    return allocator.ioBuffer(ORDINARY);
                }
                SHARED.remove();
                shared = SHARED.get();
            }
            return shared.retainedDuplicate().clear();
        }

        @Override
        public void lastBytesRead(int bytes) {
            super.lastBytesRead(bytes);
            if (bytes > 0 && bytes == attemptedBytesRead()) {
                size = Math.min(MOST, size * 4);
            }
        }

        @Override
        public void readComplete() {
            size = Math.clamp(Integer.highestOneBit(Math.max(1, totalBytesRead())) * 2L, LEAST, MOST);
        }
    }
}
