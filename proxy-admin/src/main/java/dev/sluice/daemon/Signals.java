package dev.sluice.daemon;

import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;

/**
 * SIGTERM and SIGINT ask the daemon to end. The JVM would run its shutdown hooks and exit with 143; a daemon that was
 * asked to end and did exits with 0, so the signals are taken here. A second one means now.
 */
final class Signals {

    private Signals() {}

    /**
     * @param end for the first signal
     * @param atOnce for every further one
     */
    static void onTermination(Runnable end, Runnable atOnce) {
        AtomicBoolean asked = new AtomicBoolean();
        Runnable next = () -> (asked.getAndSet(true) ? atOnce : end).run();
        Signal.handle(new Signal("TERM"), _ -> next.run());
        Signal.handle(new Signal("INT"), _ -> next.run());
    }
}
