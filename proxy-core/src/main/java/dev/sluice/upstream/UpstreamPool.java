package dev.sluice.upstream;

import dev.sluice.observe.RequestMetrics;
import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import dev.sluice.service.Target;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The idle connections of one event loop, by target. Only that loop touches it, so a request and its upstream
 * connection never meet on two threads. The one used last is taken first: the others may grow old and be closed, before
 * their target does that where it says when ({@link IdleLimit}).
 */
public final class UpstreamPool {
    private static final int MAX_IDLE_PER_TARGET = 256;
    private static final long MOST_BETWEEN_SWEEPS = Duration.ofSeconds(10).toNanos();
    private static final long LEAST_BETWEEN_SWEEPS = Duration.ofMillis(100).toNanos();

    private final EventLoop loop;
    private final Connector connector;
    private final RequestMetrics metrics;
    private final Map<Target, ArrayDeque<UpstreamConnection>> idle = new IdentityHashMap<>();
    // In System.nanoTime; of no meaning without a sweep.
    private long nextSweep;
    private @Nullable Future<?> sweep;

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
            if (connection.usable() && connection.idleLeft(System.nanoTime()) > 0) {
                connection.assign(listener);
                return connection;
            }
            connection.close();
        }
        return null;
    }

    /** Opens a connection; the answer comes on this loop, perhaps before this returns. */
    public void open(Target target, ResponseListener listener, Answer answer) {
        ArrayDeque<UpstreamConnection> others = idle.get(target);
        boolean spare = others != null && !others.isEmpty();
        connector.connect(
                loop,
                target.address(),
                target.address().port(),
                UpstreamConnection.initializer(target, this),
                new Connector.Answer() {
                    @Override
                    public void connected(Channel channel) {
                        metrics.upstreamConnectionOpened();
                        UpstreamConnection connection = UpstreamConnection.of(channel);
                        connection.spare(spare);
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
        if (connection.spare() && !connections.isEmpty()) {
            // Else every POST would leave one more behind.
            connection.close();
            return;
        }
        connection.spare(false);
        connections.addFirst(connection);
        if (connections.size() > MAX_IDLE_PER_TARGET) {
            connections.removeLast().close();
        }
        sweepIn(connection.idleLeft(System.nanoTime()));
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

    private void sweepIn(long nanos) {
        long delay = Math.clamp(nanos, LEAST_BETWEEN_SWEEPS, MOST_BETWEEN_SWEEPS);
        long at = System.nanoTime() + delay;
        if (sweep != null && nextSweep - at <= 0) {
            return;
        }
        if (sweep != null) {
            sweep.cancel(false);
        }
        nextSweep = at;
        sweep = loop.schedule(this::sweep, delay, TimeUnit.NANOSECONDS);
    }

    private void sweep() {
        sweep = null;
        long now = System.nanoTime();
        long soonest = Long.MAX_VALUE;
        for (var entry : List.copyOf(idle.entrySet())) {
            boolean retired = entry.getKey().retired();
            // A copy: what is closed here may be forgotten at once.
            for (UpstreamConnection connection : List.copyOf(entry.getValue())) {
                if (retired || connection.idleLeft(now) <= 0) {
                    entry.getValue().remove(connection);
                    connection.close();
                } else {
                    soonest = Math.min(soonest, connection.idleLeft(now));
                }
            }
        }
        idle.values().removeIf(ArrayDeque::isEmpty);
        if (!idle.isEmpty()) {
            sweepIn(soonest);
        }
    }
}
