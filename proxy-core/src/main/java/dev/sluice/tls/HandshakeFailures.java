package dev.sluice.tls;

import dev.sluice.observe.Events;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the TLS handshakes that came to nothing, and tells of them in one line for all that failed within a minute: a
 * line for each would only serve those who make them fail. For event loops.
 */
public final class HandshakeFailures {
    private static final Duration SPAN = Duration.ofMinutes(1);

    /** Why a handshake failed. */
    public enum Cause {
        /** No service with TLS has the server name, or its service has no certificate for it. */
        UNKNOWN_NAME,
        /** An on-demand check said no, or was not asked any more. */
        NOT_ALLOWED,
        /** There is no certificate yet, and getting one did not work. */
        NOT_OBTAINED,
        /** No server name, and no host to take instead. */
        NO_NAME,
        PLAIN_HTTP,
        /** The client closed the connection in the middle. */
        CLIENT_LEFT,
        TIMED_OUT,
        /** No protocol version, cipher suite or group in common. */
        NOTHING_IN_COMMON,
        /** The client sent an alert: it does not trust the certificate, most often. */
        REFUSED_BY_CLIENT,
        OTHER;

        private final String field = name().toLowerCase(Locale.ROOT);

        /** From the TLS library's words: it has no other way to tell. */
        static Cause of(Throwable failure) {
            String text = String.valueOf(failure).toLowerCase(Locale.ROOT);
            if (failure instanceof java.nio.channels.ClosedChannelException
                    || failure instanceof java.io.EOFException) {
                return CLIENT_LEFT;
            }
            if (text.contains("timed out")) {
                return TIMED_OUT;
            }
            if (text.contains("no_shared") || text.contains("unsupported_protocol") || text.contains("in common")) {
                return NOTHING_IN_COMMON;
            }
            if (text.contains("alert")) {
                return REFUSED_BY_CLIENT;
            }
            return text.contains("connection reset") || text.contains("broken pipe") ? CLIENT_LEFT : OTHER;
        }
    }

    private final Duration span;
    private final LongAdder total = new LongAdder();
    private final AtomicLongArray untold = new AtomicLongArray(Cause.values().length);
    private final AtomicBoolean due = new AtomicBoolean();

    public HandshakeFailures() {
        this(SPAN);
    }

    HandshakeFailures(Duration span) {
        this.span = span;
    }

    /** How many there were since the start. */
    public LongAdder total() {
        return total;
    }

    /** The first in a while sets the time at which all that come until then are told of. */
    void add(Cause cause, EventExecutor executor) {
        total.increment();
        untold.incrementAndGet(cause.ordinal());
        if (due.compareAndSet(false, true)) {
            executor.schedule(this::tell, span.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void tell() {
        due.set(false);
        List<Object> fields = new ArrayList<>();
        long count = 0;
        for (Cause cause : Cause.values()) {
            long number = untold.getAndSet(cause.ordinal(), 0);
            if (number > 0) {
                fields.add(cause.field);
                fields.add(number);
                count += number;
            }
        }
        fields.addAll(0, List.of("count", count));
        Events.info("TLS handshakes failed", fields.toArray());
    }
}
