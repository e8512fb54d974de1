package dev.sluice.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TransferReadsTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ChannelConfig config = channel.config();
    private RecvByteBufAllocator.Handle reads = new TransferReads(Long.MAX_VALUE).newHandle();

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
        FastThreadLocal.removeAll();
    }

    /** One read of at most this many bytes; still to be released. */
    private ByteBuf read(int bytes) {
        ByteBuf buffer = reads.allocate(ByteBufAllocator.DEFAULT);
        int taken = Math.min(bytes, buffer.writableBytes());
        reads.attemptedBytesRead(buffer.writableBytes());
        reads.lastBytesRead(taken);
        reads.incMessagesRead(1);
        return buffer.writerIndex(buffer.writerIndex() + taken);
    }

    /** A turn of the event loop; answers the size of its last read's buffer. */
    private int turn(int bytes) {
        reads.reset(config);
        int left = bytes;
        int size;
        do {
            ByteBuf buffer = read(left);
            size = buffer.capacity();
            left -= buffer.readableBytes();
            buffer.release();
        } while (left > 0 && reads.continueReading());
        reads.readComplete();
        return size;
    }

    @Test
    void aConnectionThatIsSplicedReadsTheLeastOnceInATurnAndSplicesBefore() {
        AtomicInteger spliced = new AtomicInteger();
        assertThat(turn(10_000_000)).isEqualTo(TransferReads.MOST);
        RecvByteBufAllocator usual = config.getRecvByteBufAllocator();
        config.setRecvByteBufAllocator(new BodySplice.Reads(spliced::incrementAndGet));
        for (int i = 0; i < 3; i++) {
            reads.reset(config);
            ByteBuf buffer = read(10_000_000);
            assertThat(spliced).hasValue(i + 1);
            assertThat(buffer.readableBytes()).isEqualTo(TransferReads.LEAST);
            buffer.release();
            assertThat(reads.continueReading()).isFalse();
            reads.readComplete();
        }
        config.setRecvByteBufAllocator(usual);
        assertThat(turn(10_000_000)).isEqualTo(TransferReads.MOST);
    }

    @Test
    void headsAreReadWithSmallBuffers() {
        assertThat(turn(300)).isEqualTo(TransferReads.LEAST);
        assertThat(turn(700)).isEqualTo(TransferReads.LEAST);
    }

    @Test
    void readsGrowWhileTheyFillTheirBuffersAndComeDownInOneTurn() {
        turn(10_000_000);
        assertThat(turn(10_000_000)).isEqualTo(TransferReads.MOST);
        turn(400);
        assertThat(turn(400)).isEqualTo(TransferReads.LEAST);
    }

    @Test
    void anUploadLeavesTheLoopToOthersAfterAMebibyte() {
        turn(10_000_000);
        reads.reset(config);
        int taken = 0;
        do {
            ByteBuf buffer = read(Integer.MAX_VALUE);
            taken += buffer.readableBytes();
            buffer.release();
        } while (reads.continueReading());
        assertThat(taken).isEqualTo(1 << 20);
    }

    @Test
    void largeReadsShareABufferThatIsFreeAgain() {
        turn(10_000_000);
        ByteBuf first = read(5);
        long address = first.memoryAddress();
        first.release();
        ByteBuf second = read(5);
        assertThat(second.memoryAddress()).isEqualTo(address);
        second.release();
    }

    @Test
    void whatIsStillHeldIsNotWrittenOver() {
        turn(10_000_000);
        ByteBuf kept = read(5);
        kept.setBytes(0, new byte[] {1, 2, 3, 4, 5});
        ByteBuf next = read(5);
        next.setZero(0, 5);
        assertThat(kept.getByte(0)).isEqualTo((byte) 1);
        assertThat(next.memoryAddress()).isNotEqualTo(kept.memoryAddress());
        kept.release();
        assertThat(kept.refCnt()).isZero();
        next.release();
    }

    @Test
    void readsAreOrdinaryWhereMuchMemoryIsHeld() {
        reads = new TransferReads(0).newHandle();
        assertThat(turn(10_000_000)).isEqualTo(TransferReads.MOST);
        ByteBuf kept = read(5);
        ByteBuf next = read(5);
        assertThat(next.capacity()).isEqualTo(TransferReads.ORDINARY);
        kept.release();
        next.release();
        ByteBuf free = read(5);
        assertThat(free.capacity()).isEqualTo(TransferReads.MOST);
        free.release();
    }

    @Test
    void channelsThatHoldABufferWhileTheyAreIdleAreLeftAlone() {
        assertThat(TransferReads.of(IoUringSocketChannel.class)).isInstanceOf(AdaptiveRecvByteBufAllocator.class);
        assertThat(TransferReads.of(NioSocketChannel.class)).isInstanceOf(TransferReads.class);
    }
}
