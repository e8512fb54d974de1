package dev.sluice.daemon;

import dev.sluice.cli.Sluice;
import dev.sluice.observe.Events;
import dev.sluice.observe.LogWriter;
import dev.sluice.observe.Logging;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;

/** Where the program begins: the command line, and the daemon when that is what was asked for. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        int code = Sluice.run(args, System.out, System.err, Main::serve);
        System.out.flush();
        // At once: whatever else may still be running has no more to say.
        Runtime.getRuntime().halt(code);
    }

    private static void endAtOnce(LogWriter log) {
        Events.warn("Ending at once after a second signal");
        log.close();
        Runtime.getRuntime().halt(1);
    }

    /** Runs the daemon until a signal ends it; returns the exit code. */
    private static int serve(RunOptions options) {
        PrintStream err = System.err;
        LogWriter log = new LogWriter(new FileOutputStream(FileDescriptor.out), LogWriter.CAPACITY);
        Logging.start(log, options.debug());
        Daemon daemon = new Daemon(options, log);
        CountDownLatch ended = new CountDownLatch(1);
        Signals.onTermination(ended::countDown, () -> endAtOnce(log));
        try {
            daemon.start();
        } catch (IOException e) {
            log.close();
            err.println("Error: " + e.getMessage());
            return 1;
        }
        try {
            SystemdNotify.ready();
            ended.await();
            SystemdNotify.stopping();
            daemon.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            log.close();
        }
        return 0;
    }
}
