package dev.sluice.cli;

import dev.sluice.daemon.RunOptions;
import dev.sluice.edge.EdgeLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code run}: the daemon. What its flags leave out comes from the environment: {@code KAMAL_PROXY_X}, and where that is
 * not set at all, {@code X}. A value that does not read as its type counts as none.
 */
final class RunCommand implements Command {
    private static final int LAST_PORT = 65535;

    @Override
    public String name() {
        return "run";
    }

    @Override
    public String summary() {
        return "Run the proxy";
    }

    @Override
    public Words words() {
        return Words.ANY;
    }

    @Override
    public List<FlagGroup> flags(Session session) {
        List<OptionSpec> flags = new ArrayList<>(List.of(
                FlagSpecs.bool("debug", bool(session, "DEBUG"), "Log more [DEBUG]"),
                FlagSpecs.integer("http-port", port(session, "HTTP_PORT", 80), "Port for HTTP [HTTP_PORT]"),
                FlagSpecs.integer("https-port", port(session, "HTTPS_PORT", 443), "Port for HTTPS [HTTPS_PORT]"),
                FlagSpecs.integer(
                        "metrics-port",
                        port(session, "METRICS_PORT", 0),
                        "Port for Prometheus metrics, 0 for none [METRICS_PORT]"),
                FlagSpecs.bool(
                        "http3",
                        session.sluice() && bool(session, "HTTP3"),
                        "Serve HTTP/3 on the HTTPS port" + (session.sluice() ? " [HTTP3]" : ""))));
        if (session.sluice()) {
            flags.add(FlagSpecs.bool(
                    "io-uring", bool(session, "IO_URING"), "Use io_uring where the kernel has it [IO_URING]"));
            flags.addAll(AcmeFlags.specs(session));
            flags.addAll(LimitFlags.specs());
        }
        return List.of(new FlagGroup(
                "Flags (in brackets the environment variable, with or without KAMAL_PROXY_ in front)", flags));
    }

    @Override
    public int run(Flags flags, Session session) throws CommandFailed {
        return session.daemon()
                .run(new RunOptions(
                        flags.bool("debug"),
                        port(flags, "http-port"),
                        port(flags, "https-port"),
                        port(flags, "metrics-port"),
                        flags.bool("http3"),
                        session.sluice() && flags.bool("io-uring"),
                        session.sluice() ? AcmeFlags.options(flags) : AcmeFlags.fromEnvironment(session),
                        session.sluice() ? LimitFlags.limits(flags) : LimitFlags.automatic(EdgeLimits.DEFAULT),
                        session.paths()));
    }

    private static int port(Flags flags, String flag) throws CommandFailed {
        long port = flags.integer(flag);
        if (port < 0 || port > LAST_PORT) {
            throw new CommandFailed("listen tcp: address " + port + ": invalid port");
        }
        return (int) port;
    }

    private static boolean bool(Session session, String name) {
        return parsed(session, name, GoValues::bool, false);
    }

    private static long port(Session session, String name, long otherwise) {
        return parsed(session, name, Long::parseLong, otherwise);
    }

    /** An environment variable's value by the rule above, or null. */
    static @Nullable String variable(Session session, String name) {
        String value = session.environment().get("KAMAL_PROXY_" + name);
        return value == null ? session.environment().get(name) : value;
    }

    private static <T> T parsed(Session session, String name, Function<String, T> parser, T otherwise) {
        @Nullable String value = variable(session, name);
        if (value == null) {
            return otherwise;
        }
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException e) {
            return otherwise; // as kamal-proxy does: a stray DEBUG in the environment must not keep the proxy from
            // starting
        }
    }
}
