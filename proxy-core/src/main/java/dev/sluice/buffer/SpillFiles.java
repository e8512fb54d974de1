package dev.sluice.buffer;

import dev.sluice.observe.Events;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where the part of a body that exceeds its memory goes: files {@code proxy-buffer-*} in a directory, and the threads
 * that read and write them, since event loops never wait for a disk.
 */
public final class SpillFiles {
    private static final int THREADS = 2;
    private static final Set<StandardOpenOption> OPTIONS =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path directory;
    private final long most;
    private final AtomicLong used = new AtomicLong();
    private final ThreadPoolExecutor threads;

    /**
     * @param most bytes of all files together; 0 for any number
     */
    public SpillFiles(Path directory, long most) {
        this.directory = directory;
        this.most = most;
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> Thread.ofPlatform().daemon().name("spill").unstarted(task));
        threads.allowCoreThreadTimeOut(true);
    }

    Executor threads() {
        return threads;
    }

    /** Bytes of all files. For any thread. */
    public long used() {
        return used.get();
    }

    /** Takes room for so many bytes. */
    void reserve(long bytes) throws SpillFull {
        if (used.addAndGet(bytes) > most && most > 0) {
            used.addAndGet(-bytes);
            throw new SpillFull(most);
        }
    }

    void free(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Opens a new file, readable by nobody else. Its name is gone at once: the space is freed even after a crash. */
    FileChannel open() throws IOException {
        Path file = directory.resolve("proxy-buffer-" + UUID.randomUUID());
        Events.debug("Buffer: spilling to disk", "file", file.toString());
        try {
            FileChannel channel = FileChannel.open(file, OPTIONS, OWNER_ONLY);
            Files.delete(file);
            return channel;
        } catch (IOException e) {
            Events.error("Buffer: failed to create spill file", "error", e.toString());
            throw e;
        }
    }
}
