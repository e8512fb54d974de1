package dev.sluice.cli;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.sluice.edge.EdgeLimits;
import dev.sluice.service.GoDuration;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.OptionSpec;

/** The flags of {@code run} about what clients may take of the proxy. */
final class LimitFlags {
    // Files besides connections: jars, logs, listeners, spilled bodies.
    private static final long OTHER_FILES = 256;

    private LimitFlags() {}

    static List<OptionSpec> specs() {
        EdgeLimits.Times times = EdgeLimits.DEFAULT.times();
        EdgeLimits.Heads heads = EdgeLimits.DEFAULT.heads();
        EdgeLimits.Http2 http2 = EdgeLimits.DEFAULT.http2();
        return List.of(
                time("head-timeout", times.head(), "Longest time for a request's head, 0 for any"),
                time("body-timeout", times.body(), "Longest standstill of a request's body, 0 for any"),
                time("write-timeout", times.write(), "Longest standstill of a response's client, 0 for any"),
                time("keep-alive", times.keepAlive(), "Longest wait for a connection's next request, 0 for any"),
                FlagSpecs.integer("max-connections", 0, "Most connections of clients, 0 for half of the open files"),
                FlagSpecs.integer("max-client-connections", 0, "Most connections of one client, 0 for any number"),
                FlagSpecs.integer("max-head-bytes", heads.bytes(), "Most bytes of a request's head"),
                FlagSpecs.integer("max-head-fields", heads.fields(), "Most header fields of a request"),
                FlagSpecs.integer("max-body", 0, "Most bytes of a request's body, 0 for any number"),
                FlagSpecs.integer("http2-streams", http2.streams(), "Most streams at once of an HTTP/2 connection"),
                FlagSpecs.integer("http2-resets", http2.resets(), "Most resets of an HTTP/2 connection in 30s"));
    }

    private static OptionSpec time(String name, Duration otherwise, String description) {
        return FlagSpecs.duration(name, GoDuration.format(otherwise), description);
    }

    static EdgeLimits limits(Flags flags) throws CommandFailed {
        EdgeLimits.Http2 http2 = EdgeLimits.DEFAULT.http2();
        return automatic(new EdgeLimits(
                new EdgeLimits.Times(
                        flags.duration("head-timeout"),
                        flags.duration("body-timeout"),
                        flags.duration("write-timeout"),
                        flags.duration("keep-alive")),
                new EdgeLimits.Heads(number(flags, "max-head-bytes", 1024), number(flags, "max-head-fields", 1)),
                new EdgeLimits.Connections(
                        number(flags, "max-connections", 0), number(flags, "max-client-connections", 0)),
                new EdgeLimits.Http2(
                        number(flags, "http2-streams", 1),
                        number(flags, "http2-resets", 1),
                        http2.controlFrames(),
                        http2.emptyFrames(),
                        http2.smallContinuations()),
                atLeast(flags, "max-body", 0)));
    }

    /** With as many connections as this process may have files: each may need a second one to a target. */
    static EdgeLimits automatic(EdgeLimits limits) {
        if (limits.connections().total() > 0
                || !(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)) {
            return limits;
        }
        long files = Math.max(OTHER_FILES, system.getMaxFileDescriptorCount() - OTHER_FILES);
        int total = (int) Math.min(files / 2, Integer.MAX_VALUE);
        return new EdgeLimits(
                limits.times(),
                limits.heads(),
                new EdgeLimits.Connections(total, limits.connections().perClient()),
                limits.http2(),
                limits.maxBody());
    }

    private static int number(Flags flags, String flag, int least) throws CommandFailed {
        long value = atLeast(flags, flag, least);
        if (value > Integer.MAX_VALUE) {
            throw new CommandFailed("--" + flag + " " + value + " is too large");
        }
        return (int) value;
    }

    private static long atLeast(Flags flags, String flag, int least) throws CommandFailed {
        long value = flags.integer(flag);
        if (value < least) {
            throw new CommandFailed("--" + flag + " " + value + " is too small: it has to be at least " + least);
        }
        return value;
    }
}
