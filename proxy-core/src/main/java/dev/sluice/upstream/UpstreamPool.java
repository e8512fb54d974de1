package dev.sluice.upstream;

import dev.sluice.observe.RequestMetrics;
import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import dev.sluice.service.Target;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The idle connections of one event loop, by target. Only that loop touches it, so a request and its upstream
 * connection never meet on two threads. The one used last is taken first: the others may grow old and be closed.
 */
public final class UpstreamPool {
    private static final int MAX_IDLE_PER_TARGET = 256;
    private static final long MAX_IDLE_NANOS = Duration.ofSeconds(60).toNanos();
    private static final long SWEEP_SECONDS = 10;

    private final EventLoop loop;
    private final Connector connector;
    private final RequestMetrics metrics;
    private final Map<Target, ArrayDeque<UpstreamConnection>> idle = new IdentityHashMap<>();
    private boolean sweeping;

    /** Takes the connection, or why there is none. */
    public interface Answer {
        void connected(UpstreamConnection connection);

        void failed(UpstreamFailure failure);
    }

    public UpstreamPool(EventLoop loop, Connector connector, RequestMetrics metrics) {
        this.loop = loop;
        this.connector = connector;
        this.metrics = metrics;
    }

    /** An idle connection to the target, or null. */
    public @Nullable UpstreamConnection takeIdle(Target target, ResponseListener listener) {
        ArrayDeque<UpstreamConnection> connections = idle.get(target);
        if (connections == null) {
            return null;
        }
        UpstreamConnection connection;
        while ((connection = connections.pollFirst()) != null) {
            if (connection.usable() && System.nanoTime() - connection.idleSince() < MAX_IDLE_NANOS) {
                connection.assign(listener);
                return connection;
            }
            connection.close();
        }
        return null;
    }

    /** Opens a connection; the answer comes on this loop, perhaps before this returns. */
    public void open(Target target, ResponseListener listener, Answer answer) {
        UpstreamConnection connection = new UpstreamConnection(target, this);
        connector.connect(
                loop, target.address(), target.address().port(), connection.initializer(), new Connector.Answer() {
                    @Override
                    public void connected(Channel channel) {
                        metrics.upstreamConnectionOpened();
                        connection.assign(listener);
                        answer.connected(connection);
                    }

                    @Override
                    public void failed(UpstreamFailure failure) {
                        answer.failed(failure);
                    }
                });
    }

    void keep(UpstreamConnection connection) {
        if (connection.target().options().delivery().proxyProtocol() != ProxyProtocol.NONE) {
            // It was announced as one client's; the next request is another's.
            connection.close();
            return;
        }
        ArrayDeque<UpstreamConnection> connections = idle.computeIfAbsent(connection.target(), _ -> new ArrayDeque<>());
        connections.addFirst(connection);
        if (connections.size() > MAX_IDLE_PER_TARGET) {
            connections.removeLast().close();
        }
        if (!sweeping) {
            sweeping = true;
            loop.schedule(this::sweep, SWEEP_SECONDS, TimeUnit.SECONDS);
        }
    }

    void forget(UpstreamConnection connection) {
        ArrayDeque<UpstreamConnection> connections = idle.get(connection.target());
        if (connections != null) {
            connections.remove(connection);
        }
    }

    /** Closes all idle connections to a target. */
    public void closeIdle(Target target) {
        ArrayDeque<UpstreamConnection> connections = idle.remove(target);
        if (connections != null) {
            connections.forEach(UpstreamConnection::close);
        }
    }

    /** Closes all idle connections. */
    public void closeAll() {
        List.copyOf(idle.keySet()).forEach(this::closeIdle);
    }

    private void sweep() {
        long now = System.nanoTime();
        idle.entrySet().removeIf(entry -> {
            ArrayDeque<UpstreamConnection> connections = entry.getValue();
            while (!connections.isEmpty()
                    && (entry.getKey().retired() || now - connections.getLast().idleSince() > MAX_IDLE_NANOS)) {
                connections.removeLast().close();
            }
            return connections.isEmpty();
        });
        sweeping = !idle.isEmpty();
        if (sweeping) {
            loop.schedule(this::sweep, SWEEP_SECONDS, TimeUnit.SECONDS);
        }
    }
}
