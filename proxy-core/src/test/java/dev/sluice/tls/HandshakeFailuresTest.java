package dev.sluice.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.observe.Events;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandshakeFailuresTest {
    private final DefaultEventExecutor executor = new DefaultEventExecutor();
    private final HandshakeFailures failures = new HandshakeFailures(Duration.ofMillis(100));
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            if (entry.getMessage().equals("TLS handshakes failed")) {
                lines.add(entry.getLevel() + " " + Arrays.toString(entry.getParameters()));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void record() {
        Logger.getLogger(Events.LOGGER_NAME).addHandler(recorder);
    }

    @AfterEach
    void close() {
        Logger.getLogger(Events.LOGGER_NAME).removeHandler(recorder);
        executor.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    }

    @Test
    void allFailuresOfASpanAreToldOfInOneLine() {
        for (int i = 0; i < 500; i++) {
            failures.add(HandshakeFailures.Cause.UNKNOWN_NAME, executor);
        }
        failures.add(HandshakeFailures.Cause.TIMED_OUT, executor);
        await().until(() -> !lines.isEmpty());
        assertThat(lines).containsExactly("INFO [count, 501, unknown_name, 500, timed_out, 1]");
        failures.add(HandshakeFailures.Cause.NO_NAME, executor);
        await().until(() -> lines.size() == 2);
        assertThat(lines.getLast()).isEqualTo("INFO [count, 1, no_name, 1]");
        assertThat(failures.total().sum()).isEqualTo(502);
    }

    @Test
    void theCauseIsReadFromTheLibrarysWords() {
        assertThat(HandshakeFailures.Cause.of(new ClosedChannelException()))
                .isEqualTo(HandshakeFailures.Cause.CLIENT_LEFT);
        assertThat(HandshakeFailures.Cause.of(new SSLHandshakeException("error:100000b8:NO_SHARED_CIPHER")))
                .isEqualTo(HandshakeFailures.Cause.NOTHING_IN_COMMON);
        assertThat(HandshakeFailures.Cause.of(new SSLHandshakeException("error:10000416:SSLV3_ALERT_CERTIFICATE")))
                .isEqualTo(HandshakeFailures.Cause.REFUSED_BY_CLIENT);
    }
}
