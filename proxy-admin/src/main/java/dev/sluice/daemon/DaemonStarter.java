package dev.sluice.daemon;

/** Starts the daemon and waits for its end. The seam that keeps Netty out of every other command. */
@FunctionalInterface
public interface DaemonStarter {

    /** Runs until asked to stop; returns the exit code of the process. */
    int run(RunOptions options);
}
