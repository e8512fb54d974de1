package dev.sluice.observe;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The event log: what the daemon tells besides the access log, as a message and fields. Callable from any thread, event
 * loops included: encoding and writing happen elsewhere. Fields are given as alternating names and values; a value is a
 * string, number, boolean, null, or a list of these.
 */
public final class Events {
    /** Records of this logger carry their fields as parameters. */
    public static final String LOGGER_NAME = "dev.sluice";

    private static final Logger LOGGER = Logger.getLogger(LOGGER_NAME);

    private Events() {}

    public static void debug(String message, @Nullable Object... fields) {
        log(Level.FINE, message, fields);
    }

    public static void info(String message, @Nullable Object... fields) {
        log(Level.INFO, message, fields);
    }

    public static void warn(String message, @Nullable Object... fields) {
        log(Level.WARNING, message, fields);
    }

    public static void error(String message, @Nullable Object... fields) {
        log(Level.SEVERE, message, fields);
    }

    /** Whether debug events are wanted: for those that would cost something to put together. */
    public static boolean debugging() {
        return LOGGER.isLoggable(Level.FINE);
    }

    private static void log(Level level, String message, @Nullable Object... fields) {
        if (LOGGER.isLoggable(level)) {
            LogRecord record = new LogRecord(level, message);
            record.setLoggerName(LOGGER_NAME);
            record.setParameters(fields);
            LOGGER.log(record);
        }
    }
}
