package dev.sluice.buffer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes from one socket to another within the kernel: splice(2), which needs a pipe between them. Each event loop has
 * one, opened when it is first wanted. It is empty whenever a move has ended, so that connections which use it in turn
 * never see each other's bytes.
 */
public final class SplicePipe {
    // Whatever the receiver does not take has to be read into memory.
    private static final int PIECE = 128 * 1024;

    private static final FastThreadLocal<SplicePipe> OF_LOOP = new FastThreadLocal<>() {
        @Override
        protected void onRemoval(SplicePipe pipe) throws IOException {
            pipe.close();
        }
    };

    /** The receiving connection, where bytes have to take the ordinary way. */
    public interface Receiver {

        /** Bytes that were taken from the sender and come next, but that the socket had no room for: to be sent and taken. */
        void rest(ByteBuf data);

        /** The socket takes no more bytes; those that it did not take are the rest, told next, and fail as well. */
        default void failed(IOException why) {}
    }

    private final FileDescriptor exit;
    private final FileDescriptor entrance;

    private SplicePipe(FileDescriptor[] ends) {
        exit = ends[0];
        entrance = ends[1];
    }

    /**
     * Moves what the sender has, until it has no more or the receiver is full; nothing where that is no socket of epoll, or
     * something else waits to be sent on it. What ends or breaks the sender's connection is not told here: its next read
     * tells it. On the event loop of both.
     *
     * @param most bytes
     * @return bytes taken from the sender
     */
    public static long move(EpollSocketChannel from, Channel to, long most, Receiver receiver) {
        return to instanceof EpollSocketChannel socket && nothingWaits(to) ? move(from, socket, most, receiver) : 0;
    }

    private static boolean nothingWaits(Channel to) {
        ChannelOutboundBuffer waiting = to.unsafe().outboundBuffer();
        return waiting != null && waiting.isEmpty();
    }

    private static long move(EpollSocketChannel from, EpollSocketChannel to, long most, Receiver receiver) {
        long moved = 0;
        boolean room = true;
        // A closed channel's number may already be another connection's.
        while (room && moved < most && from.isOpen() && to.isOpen()) {
            SplicePipe pipe;
            int count;
            try {
                pipe = ofLoop();
                count = pipe.fill(from, (int) Math.min(PIECE, most - moved));
            } catch (IOException e) {
                return moved;
            }
            room = count > 0 && pipe.empty(to, count, receiver);
            moved += count;
        }
        return moved;
    }

    private static SplicePipe ofLoop() throws IOException {
        SplicePipe pipe = OF_LOOP.getIfExists();
        if (pipe == null) {
            pipe = new SplicePipe(FileDescriptor.pipe());
            OF_LOOP.set(pipe);
        }
        return pipe;
    }

    // 0 for nothing now, and for the end.
    private int fill(EpollSocketChannel from, int most) throws IOException {
        return Native.splice(from.fd().intValue(), -1, entrance.intValue(), -1, most);
    }

    // False when not all of it went to the socket.
    private boolean empty(EpollSocketChannel to, int count, Receiver receiver) {
        int left = count;
        try {
            int moved = 1;
            while (left > 0 && moved > 0) {
                moved = Native.splice(exit.intValue(), -1, to.fd().intValue(), -1, left);
                left -= moved;
            }
        } catch (IOException e) {
            receiver.failed(e);
        }
        if (left == 0) {
            return true;
        }
        ByteBuf rest = rest(to, left);
        if (rest == null) {
            to.close();
        } else {
            receiver.rest(rest);
        }
        return false;
    }

    // Null when it is lost, and the pipe with it.
    private @Nullable ByteBuf rest(EpollSocketChannel to, int count) {
        ByteBuf data = to.alloc().directBuffer(count, count);
        try {
            while (data.isWritable()) {
                ByteBuffer into = data.internalNioBuffer(data.writerIndex(), data.writableBytes());
                int read = exit.read(into, into.position(), into.limit());
                if (read <= 0) {
                    throw new EOFException("a pipe has less than was put in");
                }
                data.writerIndex(data.writerIndex() + read);
            }
            return data;
        } catch (IOException e) {
            data.release();
            OF_LOOP.remove();
            return null;
        }
    }

    private void close() throws IOException {
        entrance.close();
        exit.close();
    }
}
