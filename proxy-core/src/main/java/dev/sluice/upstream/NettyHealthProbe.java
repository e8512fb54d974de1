package dev.sluice.upstream;

import dev.sluice.service.ControlFailure;
import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import dev.sluice.service.HealthCheckOptions;
import dev.sluice.service.HealthProbe;
import dev.sluice.service.HealthResult;
import dev.sluice.service.TargetAddress;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.net.URI;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Checks a target's health with one GET on a fresh connection, following redirects over plain HTTP. Blocks the calling
 * virtual thread; the network is on an event loop.
 */
public final class NettyHealthProbe implements HealthProbe {
    private static final int MAX_HOPS = 10;

    private final EventLoopGroup loops;
    private final Connector connector;

    public NettyHealthProbe(EventLoopGroup loops, Connector connector) {
        this.loops = loops;
        this.connector = connector;
    }

    @Override
    public HealthResult probe(TargetAddress address, HealthCheckOptions options) throws InterruptedException {
        return probe(address, options, ProxyProtocol.NONE);
    }

    @Override
    public HealthResult probe(TargetAddress address, HealthCheckOptions options, ProxyProtocol header)
            throws InterruptedException {
        long deadline = System.nanoTime() + options.timeout().toNanos();
        int port = options.port() > 0 ? options.port() : address.port();
        String host = options.host().isEmpty() ? address.authority(port) : options.host();
        Hop hop = new Hop(address, port, host, options.requestTarget());
        for (int hops = 0; hops <= MAX_HOPS; hops++) {
            HealthResult result = get(hop, deadline, hop.port() == address.port() ? header : ProxyProtocol.NONE);
            Hop next = result instanceof HealthResult.WrongStatus wrong ? follow(hop, wrong) : null;
            if (next == null) {
                return result;
            }
            hop = next;
        }
        return new HealthResult.BadAnswer("stopped after " + MAX_HOPS + " redirects", false);
    }

    /** One GET of a check: where to, and the Host field and target of it. */
    record Hop(TargetAddress address, int port, String host, String target) {}

    // Null: this answer is the last one. https is not followed; it would be another server's word.
    private static @Nullable Hop follow(Hop hop, HealthResult.WrongStatus answer) {
        boolean redirect = switch (answer.status()) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
        if (!redirect || answer.location().isEmpty()) {
            return null;
        }
        try {
            URI base = URI.create("http://" + hop.address().authority(hop.port()) + hop.target());
            URI to = base.resolve(answer.location());
            if (!"http".equals(to.getScheme()) || to.getHost() == null) {
                return null;
            }
            String path = to.getRawPath().isEmpty() ? "/" : to.getRawPath();
            String target = to.getRawQuery() == null ? path : path + "?" + to.getRawQuery();
            if (to.getRawAuthority().equals(base.getRawAuthority())) {
                boolean relative = !answer.location().startsWith("http:");
                return new Hop(hop.address(), hop.port(), relative ? hop.host() : to.getRawAuthority(), target);
            }
            TargetAddress elsewhere = TargetAddress.parse(to.getRawAuthority());
            return new Hop(elsewhere, elsewhere.port(), to.getRawAuthority(), target);
        } catch (IllegalArgumentException | ControlFailure e) {
            return null;
        }
    }

    private HealthResult get(Hop hop, long deadline, ProxyProtocol header) throws InterruptedException {
        HealthExchange exchange = new HealthExchange(hop, header);
        EventLoop loop = loops.next();
        exchange.timeOutWith(loop.schedule(exchange::timedOut, deadline - System.nanoTime(), TimeUnit.NANOSECONDS));
        connector.connect(loop, hop.address(), hop.port(), exchange.initializer(), exchange);
        try {
            // A wait with a limit would wake two more threads for each check.
            return exchange.result().get();
        } catch (ExecutionException e) {
            return new HealthResult.BadAnswer(String.valueOf(e.getCause()), false);
        } finally {
            exchange.close();
        }
    }
}
