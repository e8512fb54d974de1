package dev.sluice.daemon;

import sun.misc.Signal;

/**
 * SIGTERM and SIGINT ask the daemon to end. The JVM would run its shutdown hooks and exit with 143; a daemon that was
 * asked to end and did exits with 0, so the signals are taken here.
 */
final class Signals {

    private Signals() {}

    static void onTermination(Runnable end) {
        Signal.handle(new Signal("TERM"), _ -> end.run());
        Signal.handle(new Signal("INT"), _ -> end.run());
    }
}
