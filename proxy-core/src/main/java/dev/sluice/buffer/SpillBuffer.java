package dev.sluice.buffer;

import dev.sluice.observe.Events;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A body in the making: the first bytes in memory, the rest in a file; complete, it can be read, more than once. All
 * methods are for its event loop; files are written and read on the threads of {@link SpillFiles}, one operation of a
 * buffer at a time. Owns the buffers it is given until {@link #release}.
 */
public final class SpillBuffer {
    private static final int CHUNK = 64 * 1024;
    // How much may wait for the disk before the sender has to.
    private static final long MAX_BACKLOG = 512 * 1024;

    private final long memory;
    private final SpillFiles files;
    private final EventExecutor loop;
    private final Owner owner;

    private final List<ByteBuf> inMemory = new ArrayList<>();
    private final Deque<ByteBuf> toWrite = new ArrayDeque<>();
    private long memorySize;
    private long size;
    private long backlog;
    private boolean writing;
    private boolean stalled;
    private boolean released;
    // Wants the file before all of it is written.
    private @Nullable Reading waiting;
    // Touched by one disk operation at a time; handed over by the executor and the loop.
    private @Nullable FileChannel file;
    private long fileSize;
    private long reserved;

    /** Is told what the disk comes to, on the buffer's loop. */
    public interface Owner {
        /** After {@link #add} asked to wait: there is room again. */
        void drained();

        /** The disk failed; the body is lost. */
        void failed(IOException why);
    }

    /**
     * @param memory bytes kept in memory, the rest goes to a file
     */
    public SpillBuffer(long memory, SpillFiles files, EventExecutor loop, Owner owner) {
        this.memory = memory;
        this.files = files;
        this.loop = loop;
        this.owner = owner;
    }

    /** Bytes added. */
    public long size() {
        return size;
    }

    /** Takes a part of the body. False: wait for {@link Owner#drained} before more is added. */
    public boolean add(ByteBuf data) {
        size += data.readableBytes();
        // Once something is in the file the memory part is full, so the order is kept.
        int fits = (int) Math.min(data.readableBytes(), memory - memorySize);
        if (fits > 0) {
            inMemory.add(data.readRetainedSlice(fits));
            memorySize += fits;
        }
        if (!data.isReadable()) {
            data.release();
            return true;
        }
        backlog += data.readableBytes();
        toWrite.add(data);
        writeNext();
        stalled = backlog > MAX_BACKLOG;
        return !stalled;
    }

    // All that waits at once: a body may come a byte at a time, and each turn of this costs two hops between threads.
    private void writeNext() {
        if (writing || toWrite.isEmpty()) {
            return;
        }
        writing = true;
        List<ByteBuf> next = List.copyOf(toWrite);
        toWrite.clear();
        files.threads().execute(() -> {
            int length = 0;
            IOException failure = null;
            for (ByteBuf data : next) {
                length += data.readableBytes();
                try {
                    if (failure == null) {
                        write(data);
                    }
                } catch (IOException e) {
                    failure = e;
                } finally {
                    data.release();
                }
            }
            int written = length;
            IOException outcome = failure;
            loop.execute(() -> written(written, outcome));
        });
    }

    private void write(ByteBuf data) throws IOException {
        files.reserve(data.readableBytes());
        reserved += data.readableBytes();
        FileChannel channel = file;
        if (channel == null) {
            channel = files.open();
            file = channel;
        }
        for (ByteBuffer part : data.nioBuffers()) {
            while (part.hasRemaining()) {
                fileSize += channel.write(part, fileSize);
            }
        }
    }

    private void written(int length, @Nullable IOException failure) {
        writing = false;
        backlog -= length;
        if (released) {
            dispose();
        } else if (failure != null) {
            owner.failed(failure);
        } else {
            writeNext();
            Reading reader = waiting;
            if (reader != null && settled()) {
                waiting = null;
                reader.begin();
            }
            if (stalled && backlog < MAX_BACKLOG / 2) {
                stalled = false;
                owner.drained();
            }
        }
    }

    /** Whom a body is read to. */
    public interface Reader {
        /** A part, which the reader takes. False: nothing more until {@link Reading#resume}. */
        boolean part(ByteBuf data);

        void end();

        void failed(IOException why);
    }

    /**
     * Reads the complete body from its start, once the disk has all that is not in memory: a body that the disk fails is
     * not read in part. The buffer must not be released before the end.
     */
    public Reading read(Reader to) {
        Reading reading = new Reading(to);
        reading.resume();
        return reading;
    }

    /** One reading of the body, as fast as the reader takes it. */
    public final class Reading {
        private final Reader to;
        private int memoryIndex;
        private long filePosition;
        private boolean busy;
        private boolean ended;
        // While a part is with the reader, which may resume before it returns.
        private boolean giving;
        private boolean resumed;

        private Reading(Reader to) {
            this.to = to;
        }

        public void resume() {
            if (giving) {
                resumed = true;
                return;
            }
            if (busy || ended) {
                return;
            }
            if (!settled()) {
                busy = true;
                waiting = this;
                return;
            }
            while (memoryIndex < inMemory.size()) {
                if (!give(inMemory.get(memoryIndex++).retainedDuplicate())) {
                    return;
                }
            }
            if (memorySize + filePosition < size) {
                busy = true;
                files.threads().execute(this::readChunk);
            } else {
                ended = true;
                to.end();
            }
        }

        private void begin() {
            busy = false;
            resume();
        }

        // Whether the next part is wanted.
        private boolean give(ByteBuf part) {
            giving = true;
            resumed = false;
            boolean more = to.part(part);
            giving = false;
            return (more || resumed) && !released;
        }

        private void readChunk() {
            ByteBuf chunk = ByteBufAllocator.DEFAULT.buffer(CHUNK);
            try {
                FileChannel channel = Objects.requireNonNull(file, "what exceeds the memory is in the file");
                int length = chunk.writeBytes(channel, filePosition, CHUNK);
                loop.execute(() -> took(chunk, length));
            } catch (IOException e) {
                chunk.release();
                loop.execute(() -> failed(e));
            }
        }

        private void took(ByteBuf chunk, int length) {
            busy = false;
            if (released || length <= 0) {
                chunk.release();
                if (!released) {
                    failed(new IOException("spill file is too short"));
                }
                return;
            }
            filePosition += length;
            if (give(chunk)) {
                resume();
            }
        }

        private void failed(IOException why) {
            busy = false;
            ended = true;
            if (!released) {
                to.failed(why);
            }
        }
    }

    private boolean settled() {
        return !writing && toWrite.isEmpty();
    }

    /** Frees memory and file. */
    public void release() {
        if (released) {
            return;
        }
        released = true;
        inMemory.forEach(ByteBuf::release);
        inMemory.clear();
        toWrite.forEach(ByteBuf::release);
        toWrite.clear();
        if (!writing) {
            dispose();
        }
    }

    private void dispose() {
        files.threads().execute(() -> {
            files.free(reserved);
            reserved = 0;
            FileChannel channel = file;
            if (channel != null) {
                try {
                    channel.close();
                } catch (IOException e) {
                    Events.error("Buffer: failed to remove spill", "error", e.toString());
                }
            }
        });
    }
}
