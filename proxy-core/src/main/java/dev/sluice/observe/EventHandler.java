package dev.sluice.observe;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.text.MessageFormat;
import java.time.Instant;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Takes the records of {@code java.util.logging} to the log: those of {@link Events} with their fields, those of
 * libraries with the logger's name and the exception. Callable from any thread; formatting happens on the log's.
 */
final class EventHandler extends Handler {
    private final LogWriter writer;

    EventHandler(LogWriter writer) {
        this.writer = writer;
    }

    @Override
    public void publish(LogRecord record) {
        if (isLoggable(record)) {
            writer.offer(line -> write(record, line));
        }
    }

    /** Nothing to do: the log's thread flushes whenever it has written all. */
    @Override
    public void flush() {}

    /** Nothing to do: the writer belongs to whoever made it, and outlives this handler. */
    @Override
    public void close() {}

    private static void write(LogRecord record, JsonLine line) {
        Instant time = record.getInstant();
        boolean event = Events.LOGGER_NAME.equals(record.getLoggerName());
        line.head(
                time.getEpochSecond(),
                time.getNano(),
                levelName(record.getLevel()),
                event ? String.valueOf(record.getMessage()) : message(record));
        if (event) {
            @Nullable Object @Nullable [] fields = record.getParameters();
            for (int i = 0; fields != null && i + 1 < fields.length; i += 2) {
                line.field(String.valueOf(fields[i]), fields[i + 1]);
            }
        } else {
            line.field("logger", String.valueOf(record.getLoggerName()));
        }
        Throwable thrown = record.getThrown();
        if (thrown != null) {
            line.field("error", thrown.toString());
            line.field("stack", stack(thrown));
        }
    }

    static String levelName(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (value >= Level.WARNING.intValue()) {
            return "WARN";
        }
        return value > Level.FINE.intValue() ? "INFO" : "DEBUG";
    }

    // As java.util.logging's formatters do: placeholders count only when there are parameters.
    private static String message(LogRecord record) {
        String message = String.valueOf(record.getMessage());
        Object[] parameters = record.getParameters();
        if (parameters == null || parameters.length == 0 || !message.contains("{0")) {
            return message;
        }
        try {
            return MessageFormat.format(message, parameters);
        } catch (IllegalArgumentException _) {
            return message;
        }
    }

    private static String stack(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
