package dev.sluice.exchange;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.edge.LimitHits;
import dev.sluice.service.Target;
import dev.sluice.upstream.UpstreamPool;
import dev.sluice.wire.ReadLimits;
import io.netty.channel.EventLoop;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop owns: its idle upstream connections, its client connections, and its requests under way with their
 * deadlines. Touched by that loop only.
 */
public final class Worker {
    // Deadlines are looked through rather than timed one by one: a timer for each request would cost more than it
    // tells, and nobody minds so much of a second.
    private static final long LOOK_MILLIS = 50;
    // Connections are looked at less often: there may be thousands, and their limits are seconds.
    private static final long MOST_LOOK_MILLIS = 1000;
    private static final ClientConnection[] NONE = {};
    private static final int MAX_REQUEST_LINE = 64 * 1024;
    // So much less time clients have while direct memory is low.
    private static final int HURRY = 10;
    // RFC 9110 5.6.7; the JDK's own RFC 1123 formatter leaves out the leading zero of the day.
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final EventLoop loop;
    private final UpstreamPool pool;
    private final EdgeLimits limits;
    private final LimitHits limitHits;
    private final ReadLimits readLimits;
    // With less time for everybody, and what holds now.
    private final EdgeLimits.Times hurried;
    private EdgeLimits.Times times;
    private final Set<ClientConnection> connections = Collections.newSetFromMap(new IdentityHashMap<>());
    private @Nullable Exchange first;
    // The number of connections, for other threads.
    private volatile int open;
    private boolean looking;
    private boolean lookingAtConnections;
    private final long connectionLookMillis;
    private long now = System.nanoTime();
    private boolean draining;
    private long dateSecond;
    private String date = "";

    public Worker(EventLoop loop, UpstreamPool pool, EdgeLimits limits, LimitHits limitHits) {
        this.loop = loop;
        this.pool = pool;
        this.limits = limits;
        this.limitHits = limitHits;
        this.readLimits = new ReadLimits(
                MAX_REQUEST_LINE, limits.heads().bytes(), limits.heads().fields());
        this.hurried = limits.times().dividedBy(HURRY);
        this.times = limits.times();
        this.connectionLookMillis = limits.times().shortest().toMillis() / 4;
    }

    public Worker(EventLoop loop, UpstreamPool pool) {
        this(loop, pool, EdgeLimits.DEFAULT, new LimitHits());
    }

    public EventLoop loop() {
        return loop;
    }

    /** What clients may take. */
    public EdgeLimits limits() {
        return limits;
    }

    /** What a request's bytes may be. */
    ReadLimits readLimits() {
        return readLimits;
    }

    /** How long they may take at the moment. */
    public EdgeLimits.Times times() {
        return times;
    }

    /** Where it is counted that they took more. */
    public LimitHits limitHits() {
        return limitHits;
    }

    UpstreamPool pool() {
        return pool;
    }

    /** The Date header's value for now. */
    String date() {
        long second = System.currentTimeMillis() / 1000;
        if (second != dateSecond) {
            dateSecond = second;
            date = HTTP_DATE.format(Instant.ofEpochSecond(second));
        }
        return date;
    }

    // -- client connections

    /** A connection has come; when the proxy is ending it is asked to finish at once. */
    public void opened(ClientConnection connection) {
        connections.add(connection);
        open = connections.size();
        if (draining) {
            connection.finish();
        }
        if (!lookingAtConnections) {
            lookingAtConnections = true;
            now = System.nanoTime();
            lookAtConnectionsLater();
        }
    }

    /** The time that limits of connections are measured by: of the last look at them, which costs nothing. */
    public long now() {
        return now;
    }

    private void lookAtConnectionsLater() {
        long millis = Math.clamp(connectionLookMillis, LOOK_MILLIS, MOST_LOOK_MILLIS);
        loop.schedule(this::lookAtConnections, millis, TimeUnit.MILLISECONDS);
    }

    private void lookAtConnections() {
        now = System.nanoTime();
        lookAtMemory();
        // A copy: those that end leave the set.
        for (ClientConnection connection : connections.toArray(NONE)) {
            connection.look(now);
        }
        lookingAtConnections = !connections.isEmpty();
        if (lookingAtConnections) {
            lookAtConnectionsLater();
        }
    }

    private void lookAtMemory() {
        boolean low = DirectMemory.low();
        if (low && times != hurried) {
            limitHits.hit(Limit.MEMORY);
        }
        times = low ? hurried : limits.times();
    }

    public void closed(ClientConnection connection) {
        connections.remove(connection);
        open = connections.size();
    }

    /** For any thread. */
    int clientConnections() {
        return open;
    }

    /** Asks every client connection to finish its work and close. */
    void drain() {
        draining = true;
        List.copyOf(connections).forEach(ClientConnection::finish);
        pool.closeAll();
    }

    /** Whether a connection that was asked to finish still has something to do; tunnels have not. */
    boolean busy() {
        return connections.stream().anyMatch(ClientConnection::busy);
    }

    /** Ends everything that is left. */
    void abortAll() {
        List.copyOf(connections).forEach(ClientConnection::close);
    }

    void closeAllTunnels() {
        each(x -> x.phase == Exchange.Phase.TUNNEL)
                .forEach(x -> x.path.interruptions().closeTunnelAtTheEnd(x));
    }

    // -- requests

    void add(Exchange x) {
        x.next = first;
        if (first != null) {
            first.previous = x;
        }
        first = x;
    }

    void remove(Exchange x) {
        Exchange before = x.previous;
        Exchange after = x.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after != null) {
            after.previous = before;
        }
        x.previous = null;
        x.next = null;
    }

    /** Ends the exchange's phase by itself after so long; 0 for never. */
    void deadline(Exchange x, long nanos) {
        if (nanos <= 0) {
            x.deadline = 0;
            return;
        }
        long at = System.nanoTime() + nanos;
        x.deadline = at == 0 ? 1 : at;
        if (!looking) {
            looking = true;
            loop.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        long now = System.nanoTime();
        each(x -> x.deadline != 0 && x.deadline - now <= 0).forEach(x -> {
            if (!x.done() && x.deadline != 0) {
                x.deadline = 0;
                x.path.interruptions().expired(x);
            }
        });
        looking = false;
        for (Exchange x = first; x != null; x = x.next) {
            if (x.deadline != 0) {
                looking = true;
                loop.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
                return;
            }
        }
    }

    /** Closes the tunnels to a target: WebSockets evenly over this time, the first at once, others at its end. */
    void closeTunnels(Target target, long overNanos) {
        List<Exchange> tunnels = tunnelsTo(target);
        long webSockets = tunnels.stream().filter(x -> webSocket(x)).count();
        long before = 0;
        for (Exchange x : tunnels) {
            long after = webSocket(x) ? overNanos / webSockets * before++ : overNanos;
            if (after == 0) {
                x.path.interruptions().closeTunnel(x);
            } else {
                loop.schedule(() -> x.path.interruptions().closeTunnel(x), after, TimeUnit.NANOSECONDS);
            }
        }
    }

    private static boolean webSocket(Exchange x) {
        return x.tunnel != null && x.tunnel.webSocket();
    }

    private List<Exchange> tunnelsTo(Target target) {
        return each(x -> x.phase == Exchange.Phase.TUNNEL && x.lease == target);
    }

    void cancel(Target target) {
        each(x -> x.releaseOwed && x.lease == target)
                .forEach(x -> x.path.interruptions().cancel(x));
        tunnelsTo(target).forEach(x -> x.path.interruptions().cutTunnel(x));
    }

    void closeIdle(Target target) {
        pool.closeIdle(target);
    }

    // A copy: what is done with them changes the list.
    private List<Exchange> each(Predicate<Exchange> which) {
        List<Exchange> found = List.of();
        for (Exchange x = first; x != null; x = x.next) {
            if (which.test(x)) {
                if (found.isEmpty()) {
                    found = new ArrayList<>();
                }
                found.add(x);
            }
        }
        return found;
    }
}
