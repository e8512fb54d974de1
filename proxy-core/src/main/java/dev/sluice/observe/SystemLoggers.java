package dev.sluice.observe;

import java.util.ResourceBundle;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes what the JDK itself logs ({@link System.Logger}) to {@code java.util.logging}, as the JDK would do without it. It
 * is there for the start: the JDK looks for a finder in every jar of the class path before it takes its own, and opening
 * them all costs a tenth of the time to the first answer. This one is in the first jar, and found at once.
 */
public class SystemLoggers extends System.LoggerFinder {

    /** Made by the JDK. */
    public SystemLoggers() {}

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new Forwarding(Logger.getLogger(name));
    }

    /** Never made. Having taken a finder, the JDK asks whether there is a second one: this answers without a search. */
    public static final class Second extends SystemLoggers {}

    /** Hands records on to a logger of the same name. Callable from any thread. */
    private record Forwarding(Logger logger) implements System.Logger {
        @Override
        public String getName() {
            return logger.getName();
        }

        @Override
        public boolean isLoggable(Level level) {
            return logger.isLoggable(level(level));
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String message, @Nullable Throwable thrown) {
            LogRecord record = record(level, bundle, message);
            record.setThrown(thrown);
            logger.log(record);
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                @Nullable String format,
                @Nullable Object @Nullable ... parameters) {
            LogRecord record = record(level, bundle, format);
            record.setParameters(parameters);
            logger.log(record);
        }

        private LogRecord record(Level level, @Nullable ResourceBundle bundle, @Nullable String message) {
            LogRecord record = new LogRecord(level(level), message);
            record.setLoggerName(logger.getName());
            record.setResourceBundle(bundle);
            return record;
        }

        private static java.util.logging.Level level(Level level) {
            return switch (level) {
                case ALL -> java.util.logging.Level.ALL;
                case TRACE -> java.util.logging.Level.FINER;
                case DEBUG -> java.util.logging.Level.FINE;
                case INFO -> java.util.logging.Level.INFO;
                case WARNING -> java.util.logging.Level.WARNING;
                case ERROR -> java.util.logging.Level.SEVERE;
                case OFF -> java.util.logging.Level.OFF;
            };
        }
    }
}
