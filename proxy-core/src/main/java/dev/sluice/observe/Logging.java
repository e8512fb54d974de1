package dev.sluice.observe;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sets up what is logged: everything that goes through {@code java.util.logging} becomes a JSON line. Call it first,
 * before Netty or another library makes a logger. The JVM takes the handlers away in a shutdown hook of its own, so a
 * daemon that has something to say at its end says it, and closes the {@link LogWriter}, before {@link System#exit}.
 */
public final class Logging {
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger EVENTS = Logger.getLogger(Events.LOGGER_NAME);

    private Logging() {}

    /** Sends all records to a writer: of libraries the warnings, of Sluice the information too; debugging all. */
    public static void start(LogWriter writer, boolean debug) {
        for (Handler handler : ROOT.getHandlers()) {
            ROOT.removeHandler(handler);
        }
        EventHandler handler = new EventHandler(writer);
        handler.setLevel(Level.ALL);
        ROOT.addHandler(handler);
        ROOT.setLevel(debug ? Level.FINE : Level.WARNING);
        EVENTS.setLevel(debug ? Level.FINE : Level.INFO);
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    }
}
