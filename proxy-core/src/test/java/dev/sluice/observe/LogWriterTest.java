package dev.sluice.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LogWriterTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Sink sink = new Sink();

    @Test
    void writesWhatIsQueuedBeforeItCloses() throws Exception {
        LogWriter writer = new LogWriter(sink, 100);
        for (int i = 0; i < 50; i++) {
            writer.offer(numbered(0, i));
        }
        writer.close();

        assertThat(sink.lines()).hasSize(50);
        assertThat(writer.offer(numbered(0, 50))).isFalse();
        assertThat(writer.dropped()).isOne();
    }

    @Test
    void aLineAfterAQuietTimeIsWrittenAtOnce() throws Exception {
        try (LogWriter writer = new LogWriter(sink, 100)) {
            for (int i = 1; i <= 20; i++) {
                int count = i;
                writer.offer(numbered(0, i));
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> sink.lines().size() == count);
                if (i % 5 == 0) {
                    await().until(() -> thread("log-writer").getState() == Thread.State.WAITING);
                }
            }
        }
    }

    @Test
    void linesOfManyThreadsAreWholeAndEachThreadsInOrder() throws Exception {
        int threads = 8;
        int each = 20_000;
        LogWriter writer = new LogWriter(sink, threads * each);
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int number = t;
            running.add(Thread.ofPlatform().start(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                for (int i = 0; i < each; i++) {
                    writer.offer(numbered(number, i));
                }
            }));
        }
        start.countDown();
        for (Thread thread : running) {
            thread.join();
        }
        writer.close();

        int[] next = new int[threads];
        for (JsonNode line : sink.lines()) {
            int thread = line.get("thread").intValue();
            assertThat(line.get("i").intValue()).isEqualTo(next[thread]++);
        }
        assertThat(next).containsOnly(each);
        assertThat(writer.dropped()).isZero();
    }

    @Test
    void aStreamThatDoesNotTakeLinesCostsLinesButNobodyWaits() throws Exception {
        sink.block();
        LogWriter writer = new LogWriter(sink, 10, Duration.ofMillis(20));
        writer.offer(numbered(0, 0));
        await().until(sink::blocked);

        int taken = 0;
        for (int i = 1; i <= 25; i++) {
            taken += writer.offer(numbered(0, i)) ? 1 : 0;
        }

        assertThat(taken).isEqualTo(10);
        assertThat(writer.dropped()).isEqualTo(15);
        sink.unblock();
        await().untilAsserted(() -> assertThat(dropReports()).isEqualTo(15));
        assertThat(writer.offer(numbered(0, 26))).isTrue();
        writer.close();
        assertThat(sink.lines().getLast().get("i").intValue()).isEqualTo(26);
        assertThat(sink.lines()).hasSize(1 + 10 + 1 + 1);
    }

    @Test
    void dropsAreToldOfOnceInAWhileAndAtTheEnd() throws Exception {
        sink.block();
        LogWriter writer = new LogWriter(sink, 1, Duration.ofHours(1));
        writer.offer(numbered(0, 0));
        await().until(sink::blocked);
        writer.offer(numbered(0, 1));
        writer.offer(numbered(0, 2));
        sink.unblock();
        await().untilAsserted(() -> assertThat(dropReports()).isEqualTo(1));

        sink.block();
        await().until(() -> writer.offer(numbered(0, 3)));
        await().until(sink::blocked);
        writer.offer(numbered(0, 4));
        writer.offer(numbered(0, 5));
        sink.unblock();
        await().until(() -> sink.lines().stream().anyMatch(l -> l.path("i").intValue() == 4));
        assertThat(dropReports()).isEqualTo(1);

        writer.close();
        assertThat(dropReports()).isEqualTo(2);
    }

    @Test
    void aStreamThatFailsIsTriedAgainAndItsLinesAreCounted() throws Exception {
        sink.fail(true);
        LogWriter writer = new LogWriter(sink, 1000, Duration.ofMillis(10));
        for (int i = 0; i < 100; i++) {
            writer.offer(numbered(0, i));
        }
        await().untilAsserted(() -> assertThat(writer.dropped()).isEqualTo(100));
        assertThat(sink.lines()).isEmpty();

        sink.fail(false);
        await().untilAsserted(() -> assertThat(dropReports()).isEqualTo(100));
        writer.offer(numbered(0, 100));
        writer.close();
        assertThat(sink.lines().getLast().get("i").intValue()).isEqualTo(100);
        assertThat(writer.dropped()).isEqualTo(100);
    }

    @Test
    void closingDoesNotWaitForEverOnAStreamThatIsStuck() throws Exception {
        sink.block();
        LogWriter writer = new LogWriter(sink, 10);
        writer.offer(numbered(0, 0));
        await().until(sink::blocked);

        writer.close();
        sink.unblock();
    }

    @Test
    void anEntryThatCannotBeEncodedIsReplacedByWordsAboutIt() throws Exception {
        LogWriter writer = new LogWriter(sink, 10);
        writer.offer(line -> {
            line.field("half", 1);
            throw new IllegalStateException("no words");
        });
        writer.offer(numbered(0, 1));
        writer.close();

        assertThat(sink.lines()).hasSize(2);
        assertThat(sink.lines().getFirst().get("msg").textValue()).isEqualTo("Unable to encode log entry");
        assertThat(sink.lines().getFirst().get("error").textValue()).contains("no words");
        assertThat(sink.lines().getFirst().has("half")).isFalse();
    }

    private static LogEntry numbered(int thread, int number) {
        return line -> {
            line.head(0, 0, "INFO", "Line");
            line.field("thread", thread);
            line.field("i", number);
        };
    }

    private int dropReports() throws IOException {
        int count = 0;
        for (JsonNode line : sink.lines()) {
            if (line.get("msg").textValue().equals("Log lines dropped")) {
                assertThat(line.get("level").textValue()).isEqualTo("WARN");
                count += line.get("count").intValue();
            }
        }
        return count;
    }

    private static Thread thread(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().equals(name))
                .reduce((a, b) -> a.threadId() > b.threadId() ? a : b)
                .orElseThrow();
    }

    /** A stream that can be made to block or fail. */
    private static final class Sink extends OutputStream {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final Semaphore gate = new Semaphore(1);
        private volatile boolean failing;

        @Override
        public void write(int b) {
            throw new AssertionError("bytes are written in batches");
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            gate.acquireUninterruptibly();
            gate.release();
            if (failing) {
                throw new IOException("Broken pipe");
            }
            synchronized (taken) {
                taken.write(bytes, from, count);
            }
        }

        void block() {
            gate.acquireUninterruptibly();
        }

        boolean blocked() {
            return gate.hasQueuedThreads();
        }

        void unblock() {
            gate.release();
        }

        void fail(boolean fails) {
            failing = fails;
        }

        List<JsonNode> lines() throws IOException {
            String text;
            synchronized (taken) {
                text = taken.toString(StandardCharsets.UTF_8);
            }
            List<JsonNode> lines = new ArrayList<>();
            for (String line : text.lines().toList()) {
                lines.add(MAPPER.readTree(line));
            }
            return lines;
        }
    }
}
