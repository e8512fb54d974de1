package dev.sluice.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class SpillBufferTest {
    private static final long WAIT_SECONDS = 20;

    private final EventLoop loop = new DefaultEventLoop();
    private final AtomicInteger drained = new AtomicInteger();
    private final List<IOException> failures = new ArrayList<>();

    @TempDir
    private Path directory = Path.of("unset");

    @AfterEach
    void end() throws Exception {
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).await();
    }

    private SpillBuffer buffer(long memory) {
        return buffer(memory, directory);
    }

    private SpillBuffer buffer(long memory, Path where) {
        return new SpillBuffer(memory, new SpillFiles(where, 0), loop, new SpillBuffer.Owner() {
            @Override
            public void drained() {
                drained.incrementAndGet();
            }

            @Override
            public void failed(IOException why) {
                failures.add(why);
            }
        });
    }

    // What is done with a buffer is done on its loop.
    private <T> T onLoop(Callable<T> what) throws InterruptedException, ExecutionException, TimeoutException {
        return loop.submit(what).get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    private void release(SpillBuffer buffer) throws Exception {
        onLoop(() -> {
            buffer.release();
            return null;
        });
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    private static ByteBuf bytes(byte[] content, int from, int to) {
        return ByteBufAllocator.DEFAULT.directBuffer(to - from).writeBytes(content, from, to - from);
    }

    /** Adds the content in pieces; returns whether all but the last were taken without a wait. */
    private boolean fill(SpillBuffer buffer, byte[] content, int piece) throws Exception {
        return onLoop(() -> {
            boolean room = true;
            for (int at = 0; at < content.length; at += piece) {
                room &= buffer.add(bytes(content, at, Math.min(content.length, at + piece)));
            }
            return room;
        });
    }

    /** Collects what it is given, and may want pauses. */
    private class Collecting implements SpillBuffer.Reader {
        private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
        private final ByteBuf collected = ByteBufAllocator.DEFAULT.heapBuffer();
        int parts;
        private int ends;
        SpillBuffer.@Nullable Reading reading;

        @Override
        public boolean part(ByteBuf data) {
            collected.writeBytes(data);
            data.release();
            parts++;
            return true;
        }

        @Override
        public void end() {
            if (++ends > 1) {
                return;
            }
            byte[] all = new byte[collected.readableBytes()];
            collected.readBytes(all);
            collected.release();
            whole.complete(all);
        }

        @Override
        public void failed(IOException why) {
            collected.release();
            whole.completeExceptionally(why);
        }

        byte[] read(SpillBuffer buffer) throws Exception {
            onLoop(() -> {
                reading = buffer.read(this);
                return null;
            });
            byte[] all = whole.get(WAIT_SECONDS, TimeUnit.SECONDS);
            assertThat(onLoop(() -> ends)).as("ends").isEqualTo(1);
            return all;
        }

        void resume() {
            SpillBuffer.Reading of = reading;
            if (of != null) {
                of.resume();
            }
        }
    }

    private static void assertReads(Collecting reader, SpillBuffer buffer, byte[] content) throws Exception {
        assertThat(Arrays.equals(reader.read(buffer), content))
                .as("read what was added")
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "1000, 0, 10",
        "1000, 1, 10",
        "1000, 999, 10",
        "1000, 1000, 10",
        "1000, 1001, 10",
        "1000, 1001, 1001",
        "1000, 50000, 7",
        "0, 1, 1",
        "0, 100000, 1000",
        "1, 1000000, 65536",
        "65536, 300000, 65536",
        "300000, 300000, 300000"
    })
    void whatWasAddedIsReadInOrderAsOftenAsWanted(long memory, int length, int piece) throws Exception {
        SpillBuffer buffer = buffer(memory);
        byte[] content = content(length);
        fill(buffer, content, piece);
        assertThat(onLoop(buffer::size)).isEqualTo(length);
        assertReads(new Collecting(), buffer, content);
        assertReads(new Collecting(), buffer, content);
        release(buffer);
        assertThat(failures).isEmpty();
    }

    @Test
    void whatFitsIntoMemoryTouchesNoDisk() throws Exception {
        SpillBuffer buffer = buffer(1000, directory.resolve("missing"));
        byte[] content = content(1000);
        assertThat(fill(buffer, content, 100)).isTrue();
        assertReads(new Collecting(), buffer, content);
        release(buffer);
    }

    @Test
    void theFileHasNoNameAndItsSpaceIsFreedByTheRelease() throws Exception {
        SpillBuffer buffer = buffer(1000);
        fill(buffer, content(500_000), 50_000);
        new Collecting().read(buffer);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
        assertThat(openFiles())
                .hasSize(1)
                .allSatisfy(file -> assertThat(Files.getPosixFilePermissions(file))
                        .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
        release(buffer);
        await().until(() -> openFiles().isEmpty());
    }

    /** Files of this test that are open, by what the system says. */
    private List<Path> openFiles() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(this::isSpillFile).toList();
        }
    }

    private boolean isSpillFile(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).startsWith(directory);
        } catch (IOException e) {
            // Closed meanwhile.
            return false;
        }
    }

    @Test
    void aReaderThatPausesIsGivenNothingUntilItResumes() throws Exception {
        SpillBuffer buffer = buffer(10_000);
        byte[] content = content(300_000);
        fill(buffer, content, 1000);
        Collecting reader = new Collecting() {
            @Override
            public boolean part(ByteBuf data) {
                super.part(data);
                return false;
            }
        };
        onLoop(() -> {
            reader.reading = buffer.read(reader);
            return null;
        });
        int resumes = 0;
        while (!reader.whole.isDone()) {
            int before = resumes;
            await().until(() -> reader.whole.isDone() || onLoop(() -> reader.parts) > before);
            resumes++;
            onLoop(() -> {
                assertThat(reader.parts).isLessThanOrEqualTo(before + 1);
                reader.resume();
                return null;
            });
        }
        assertThat(Arrays.equals(reader.whole.get(), content)).isTrue();
        assertThat(resumes).isGreaterThanOrEqualTo(reader.parts);
        release(buffer);
    }

    // A write that empties a connection's buffer tells at once, before it returns, that there is room for more.
    @ParameterizedTest
    @CsvSource({"1000000, 200000, 1000", "10000, 500000, 1000", "0, 300000, 10000"})
    void aReaderMayResumeInTheMiddleOfAPart(long memory, int length, int piece) throws Exception {
        SpillBuffer buffer = buffer(memory);
        byte[] content = content(length);
        fill(buffer, content, piece);
        for (int wantsMoreEvery : new int[] {1, 2, 3, Integer.MAX_VALUE}) {
            Collecting reader = new Collecting() {
                @Override
                public boolean part(ByteBuf data) {
                    super.part(data);
                    if (reading == null) {
                        // In the first call of read, whose result is not there yet.
                        loop.execute(this::resume);
                        return false;
                    }
                    resume();
                    return parts % wantsMoreEvery == 0;
                }
            };
            assertReads(reader, buffer, content);
        }
        assertThat(onLoop(() -> failures)).isEmpty();
        release(buffer);
    }

    @Test
    void whoAddsFasterThanTheDiskWritesIsAskedToWaitAndToldWhenToGoOn() throws Exception {
        SpillBuffer buffer = buffer(0);
        byte[] content = content(4_000_000);
        assertThat(fill(buffer, content, 64 * 1024)).isFalse();
        await().until(() -> drained.get() > 0);
        assertReads(new Collecting(), buffer, content);
        assertThat(drained).hasValue(1);
        release(buffer);
    }

    @Test
    void aDiskThatCannotBeWrittenIsToldOnce() throws Exception {
        SpillBuffer buffer = buffer(10, directory.resolve("missing"));
        fill(buffer, content(2_000_000), 10_000);
        await().until(() -> !onLoop(() -> failures.isEmpty()));
        release(buffer);
        assertThat(onLoop(() -> failures.size())).isEqualTo(1);
        assertThat(failures.getFirst()).hasMessageContaining("missing");
    }

    @Test
    void aReadingThatWaitsForADiskThatFailsIsNotLeftWaitingInSilence() throws Exception {
        SpillBuffer buffer = buffer(10, directory.resolve("missing"));
        Collecting reader = new Collecting();
        onLoop(() -> {
            buffer.add(bytes(content(100_000), 0, 100_000));
            reader.reading = buffer.read(reader);
            return null;
        });
        await().until(() -> !onLoop(() -> failures.isEmpty()));
        release(buffer);
        assertThat(reader.whole.isDone()).isFalse();
        reader.collected.release();
    }

    @Test
    void aReleaseAtAnyMomentLeavesNeitherBuffersNorFiles() throws Exception {
        Random random = new Random(1);
        byte[] content = content(600_000);
        for (int round = 0; round < 150; round++) {
            SpillBuffer buffer = buffer(random.nextInt(3) * 20_000L);
            int added = random.nextInt(content.length);
            boolean reads = random.nextBoolean();
            Collecting reader = new Collecting();
            onLoop(() -> {
                buffer.add(bytes(content, 0, added));
                buffer.add(bytes(content, added, content.length));
                if (reads) {
                    reader.reading = buffer.read(reader);
                }
                return null;
            });
            for (int pause = random.nextInt(4) * 300; pause > 0; pause--) {
                Thread.onSpinWait();
            }
            release(buffer);
            release(buffer);
            if (!reader.whole.isDone()) {
                onLoop(() -> reader.collected.release());
            }
        }
        await().until(() -> openFiles().isEmpty());
        assertThat(onLoop(() -> failures)).isEmpty();
    }

    @Test
    void aReaderMayReleaseTheBufferInTheMiddleOfAPart() throws Exception {
        for (long memory : new long[] {0, 1000, 1_000_000}) {
            SpillBuffer buffer = buffer(memory);
            fill(buffer, content(300_000), 1000);
            CompletableFuture<Integer> released = new CompletableFuture<>();
            onLoop(() -> buffer.read(new SpillBuffer.Reader() {
                private int parts;

                @Override
                public boolean part(ByteBuf data) {
                    data.release();
                    if (++parts == 3) {
                        buffer.release();
                        loop.execute(() -> released.complete(parts));
                    }
                    return true;
                }

                @Override
                public void end() {
                    released.completeExceptionally(new AssertionError("ended"));
                }

                @Override
                public void failed(IOException why) {
                    released.completeExceptionally(why);
                }
            }));
            assertThat(released.get(WAIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(3);
        }
        await().until(() -> openFiles().isEmpty());
    }
}
