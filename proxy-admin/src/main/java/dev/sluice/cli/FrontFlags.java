package dev.sluice.cli;

import dev.sluice.daemon.FrontOptions;
import dev.sluice.http.RequestTarget;
import dev.sluice.http.TrustedPeers;
import dev.sluice.service.GoDuration;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/** The flags of {@code run} about proxies and load balancers in front, and about the end. */
final class FrontFlags {
    private static final String TRUSTED_PROXY = "trusted-proxy";
    private static final String PROXY_PROTOCOL = "proxy-protocol";
    private static final String BALANCER_PATH = "balancer-path";
    private static final String SHUTDOWN_DELAY = "shutdown-delay";
    private static final String SHUTDOWN_TIMEOUT = "shutdown-timeout";

    private FrontFlags() {}

    static List<OptionSpec> specs() {
        return List.of(
                FlagSpecs.strings(
                        TRUSTED_PROXY,
                        "Proxies in front whose X-Forwarded headers are believed: addresses, networks, private, loopback"),
                FlagSpecs.strings(PROXY_PROTOCOL, "Load balancers in front that begin connections with a PROXY header"),
                FlagSpecs.string(BALANCER_PATH, "", "Path that tells load balancers in front whether to send requests"),
                FlagSpecs.duration(
                        SHUTDOWN_DELAY, "0s", "How long to serve on after a signal, with the balancer path at 503"),
                FlagSpecs.duration(
                        SHUTDOWN_TIMEOUT,
                        GoDuration.format(FrontOptions.DEFAULT.shutdownTimeout()),
                        "Longest wait for requests under way at the end"));
    }

    static FrontOptions options(Flags flags) throws CommandFailed {
        String path = flags.string(BALANCER_PATH);
        if (!path.isEmpty() && !RequestTarget.plainPath(path)) {
            throw new CommandFailed(
                    "--" + BALANCER_PATH + " \"" + path + "\" has to be a path such as /balancer, without a query");
        }
        return new FrontOptions(
                peers(flags, TRUSTED_PROXY),
                peers(flags, PROXY_PROTOCOL),
                path,
                duration(flags, SHUTDOWN_DELAY),
                duration(flags, SHUTDOWN_TIMEOUT));
    }

    private static @Nullable TrustedPeers peers(Flags flags, String flag) throws CommandFailed {
        List<String> given = flags.strings(flag);
        try {
            return given.isEmpty() ? null : TrustedPeers.of(given);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed("--" + flag + ": " + e.getMessage());
        }
    }

    private static Duration duration(Flags flags, String flag) throws CommandFailed {
        Duration value = flags.duration(flag);
        if (value.isNegative()) {
            throw new CommandFailed("--" + flag + " " + GoDuration.format(value) + " has to be 0 or more");
        }
        return value;
    }
}
