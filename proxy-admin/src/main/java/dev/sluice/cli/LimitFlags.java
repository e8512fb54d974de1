package dev.sluice.cli;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.service.GoDuration;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.OptionSpec;

/** The flags of {@code run} about what clients may take of the proxy. */
final class LimitFlags {
    // Files besides connections: jars, logs, listeners, spilled bodies.
    private static final long OTHER_FILES = 256;
    // RFC 9113 6.9.2: a connection's window begins with so much, and cannot be made smaller.
    private static final int LEAST_WINDOW = 65535;

    private LimitFlags() {}

    static List<OptionSpec> specs() {
        EdgeLimits usual = EdgeLimits.DEFAULT;
        EdgeLimits.Times times = usual.times();
        EdgeLimits.Http2 http2 = usual.http2();
        return List.of(
                time("head-timeout", times.head(), "Longest time for a request's head, 0 for any"),
                time("body-timeout", times.body(), "Longest standstill of a request's body, 0 for any"),
                time("write-timeout", times.write(), "Longest standstill of a response's client, 0 for any"),
                time("keep-alive", times.keepAlive(), "Longest wait for a connection's next request, 0 for any"),
                FlagSpecs.integer("min-rate", usual.minRate(), "Fewest bytes of a body in a second, 0 for any number"),
                FlagSpecs.integer("max-connections", 0, "Most connections of clients, 0 for half of the open files"),
                FlagSpecs.integer("max-client-connections", 0, "Most connections of one client, 0 for any number"),
                FlagSpecs.integer("max-head-bytes", usual.heads().bytes(), "Most bytes of a request's head"),
                FlagSpecs.integer("max-head-fields", usual.heads().fields(), "Most header fields of a request"),
                FlagSpecs.integer("max-body", 0, "Most bytes of a request's body, 0 for any number"),
                FlagSpecs.integer("spill-quota", usual.spill(), "Most bytes in temporary files, 0 for any number"),
                FlagSpecs.integer("http2-streams", http2.streams(), "Most streams at once of an HTTP/2 connection"),
                FlagSpecs.integer("http2-stream-window", http2.streamWindow(), "Bytes of a stream's window"),
                FlagSpecs.integer("http2-window", http2.connectionWindow(), "Bytes of an HTTP/2 connection's window"),
                FlagSpecs.integer("http2-resets", http2.resets(), "Most resets of an HTTP/2 connection in 30s"),
                FlagSpecs.integer("http2-control-frames", http2.controlFrames(), "Most answers that are not read"),
                FlagSpecs.integer("http2-empty-frames", http2.emptyFrames(), "Most empty DATA frames in a row"),
                FlagSpecs.integer(
                        "http2-continuations", http2.smallContinuations(), "Most small CONTINUATION frames of a head"),
                FlagSpecs.integer("http2-priorities", http2.priorities(), "Most PRIORITY frames for each stream"),
                FlagSpecs.integer(
                        "http2-window-updates",
                        http2.windowUpdates(),
                        "Most WINDOW_UPDATE frames for each DATA frame"));
    }

    private static OptionSpec time(String name, Duration otherwise, String description) {
        return FlagSpecs.duration(name, GoDuration.format(otherwise), description);
    }

    static EdgeLimits limits(Flags flags) throws CommandFailed {
        return automatic(new EdgeLimits(
                new EdgeLimits.Times(
                        flags.duration("head-timeout"),
                        flags.duration("body-timeout"),
                        flags.duration("write-timeout"),
                        flags.duration("keep-alive")),
                new EdgeLimits.Heads(number(flags, "max-head-bytes", 1024), number(flags, "max-head-fields", 1)),
                new EdgeLimits.Connections(
                        number(flags, "max-connections", 0), number(flags, "max-client-connections", 0)),
                http2(flags),
                atLeast(flags, "max-body", 0),
                atLeast(flags, "min-rate", 0),
                atLeast(flags, "spill-quota", 0)));
    }

    private static EdgeLimits.Http2 http2(Flags flags) throws CommandFailed {
        return new EdgeLimits.Http2(
                number(flags, "http2-streams", 1),
                number(flags, "http2-stream-window", 1024),
                number(flags, "http2-window", LEAST_WINDOW),
                number(flags, "http2-resets", 1),
                number(flags, "http2-control-frames", 10),
                number(flags, "http2-empty-frames", 0),
                number(flags, "http2-continuations", 1),
                number(flags, "http2-priorities", 0),
                number(flags, "http2-window-updates", 1));
    }

    /** With as many connections as this process may have files: each may need a second one to a target. */
    static EdgeLimits automatic(EdgeLimits limits) {
        long most = limits.connections().total() > 0 ? -1 : OpenFiles.most();
        if (most < 0) {
            return limits;
        }
        long files = Math.max(OTHER_FILES, most - OTHER_FILES);
        int total = (int) Math.min(files / 2, Integer.MAX_VALUE);
        return limits.with(
                new EdgeLimits.Connections(total, limits.connections().perClient()));
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
