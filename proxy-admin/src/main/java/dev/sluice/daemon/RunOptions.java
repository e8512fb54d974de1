package dev.sluice.daemon;

import dev.sluice.acme.AcmeOptions;
import dev.sluice.edge.EdgeLimits;

/**
 * How the daemon is to run: the flags of {@code run}, with the environment already taken into account.
 *
 * @param debug log at DEBUG instead of INFO
 * @param httpPort 0 to 65535; 0 picks a free one
 * @param httpsPort 0 to 65535; 0 picks a free one; also the UDP port of HTTP/3
 * @param metricsPort 0 to 65535; 0 means no metrics listener
 * @param http3 whether HTTP/3 is served
 * @param ioUring whether the event loops use io_uring where the kernel has it
 * @param acme how certificates are obtained
 * @param limits what clients may take
 * @param front what stands in front of it
 * @param paths the control socket and the data directory
 */
public record RunOptions(
        boolean debug,
        int httpPort,
        int httpsPort,
        int metricsPort,
        boolean http3,
        boolean ioUring,
        AcmeOptions acme,
        EdgeLimits limits,
        FrontOptions front,
        Paths paths) {

    /** With nothing in front. */
    public RunOptions(
            boolean debug,
            int httpPort,
            int httpsPort,
            int metricsPort,
            boolean http3,
            boolean ioUring,
            AcmeOptions acme,
            EdgeLimits limits,
            Paths paths) {
        this(debug, httpPort, httpsPort, metricsPort, http3, ioUring, acme, limits, FrontOptions.DEFAULT, paths);
    }

    /** With the usual limits. */
    public RunOptions(
            boolean debug,
            int httpPort,
            int httpsPort,
            int metricsPort,
            boolean http3,
            boolean ioUring,
            AcmeOptions acme,
            Paths paths) {
        this(debug, httpPort, httpsPort, metricsPort, http3, ioUring, acme, EdgeLimits.DEFAULT, paths);
    }
}
