package dev.sluice.state;

import dev.sluice.observe.Events;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The events that are logged while it is open. */
final class EventLog extends Handler {
    private final Logger logger = Logger.getLogger(Events.LOGGER_NAME);
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    EventLog() {
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
        records.add(record);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
    }

    List<String> messages() {
        return records.stream().map(LogRecord::getMessage).toList();
    }

    List<String> errors() {
        return records.stream()
                .filter(r -> r.getLevel().equals(Level.SEVERE))
                .map(r -> r.getMessage() + " " + List.of(r.getParameters()))
                .toList();
    }

    void forget() {
        records.clear();
    }
}
