package dev.sluice.net;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.edge.LimitHits;
import dev.sluice.exchange.DirectMemory;
import io.netty.channel.Channel;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets connections in as long as there are not too many, and closes the others at once. Whoever has an IPv6 address has
 * all of its /64 network, which counts as one client. For any thread.
 */
final class ClientCount {
    private static final int NETWORK_BYTES = 8;

    private final EdgeLimits.Connections limits;
    private final LimitHits hits;
    private final AtomicInteger total = new AtomicInteger();
    private final ConcurrentMap<ByteBuffer, Integer> perClient = new ConcurrentHashMap<>();

    ClientCount(EdgeLimits.Connections limits, LimitHits hits) {
        this.limits = limits;
        this.hits = hits;
    }

    /**
     * Counts a new connection until it is closed; one too many is closed.
     *
     * @param client which may not be the channel's own peer
     */
    boolean admit(Channel channel, @Nullable SocketAddress client) {
        if (DirectMemory.exhausted()) {
            return refuse(channel, client, Limit.MEMORY);
        }
        if (limits.total() > 0) {
            channel.closeFuture().addListener(_ -> total.decrementAndGet());
            if (total.incrementAndGet() > limits.total()) {
                return refuse(channel, client, Limit.CONNECTIONS);
            }
        }
        if (limits.perClient() > 0 && client instanceof InetSocketAddress peer && peer.getAddress() != null) {
            ByteBuffer network = network(peer.getAddress());
            channel.closeFuture()
                    .addListener(_ -> perClient.computeIfPresent(network, (_, count) -> count > 1 ? count - 1 : null));
            if (perClient.merge(network, 1, Integer::sum) > limits.perClient()) {
                return refuse(channel, client, Limit.CLIENT_CONNECTIONS);
            }
        }
        return true;
    }

    private boolean refuse(Channel channel, @Nullable SocketAddress client, Limit limit) {
        InetAddress address = client instanceof InetSocketAddress peer ? peer.getAddress() : null;
        hits.hit(limit, address == null ? "" : address.getHostAddress());
        channel.close();
        return false;
    }

    private static ByteBuffer network(InetAddress address) {
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
    }
}
