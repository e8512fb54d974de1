package dev.sluice.observe;

/** Something to be logged, put into words on the log's thread. What it reads must not change any more. */
@FunctionalInterface
public interface LogEntry {

    /** Writes one line: {@link JsonLine#head} first, then fields. */
    void writeTo(JsonLine line);
}
