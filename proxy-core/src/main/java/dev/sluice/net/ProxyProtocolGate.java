package dev.sluice.net;

import dev.sluice.observe.Events;
import dev.sluice.tls.ClientHelloGate;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a connection from a load balancer that speaks the PROXY protocol: the header has to come, in time and
 * well-formed, then the rest of the pipeline is laid out with the client's address known. A header that names no IP
 * address (LOCAL, UNKNOWN, Unix sockets) leaves the balancer's own. What else it says (TLVs) is passed over.
 */
final class ProxyProtocolGate extends ChannelInboundHandlerAdapter {
    private final Duration longest;
    private final Consumer<Channel> rest;
    private @Nullable Future<?> timeout;
    private boolean refused;

    /**
     * @param longest for the header; 0 for ever
     * @param rest lays out what follows the header
     */
    ProxyProtocolGate(Duration longest, Consumer<Channel> rest) {
        this.longest = longest;
        this.rest = rest;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.pipeline().addBefore(ctx.name(), null, new HAProxyMessageDecoder());
        if (longest.isPositive()) {
            timeout = ctx.executor()
                    .schedule(() -> refuse(ctx, "none came in time"), longest.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        // Behind a malformed header the decoder reads on when the connection ends, and may find a valid one.
        if (refused || !(msg instanceof HAProxyMessage header)) {
            ReferenceCountUtil.release(msg);
            return;
        }
        stopTimeout();
        try {
            InetSocketAddress client = client(header);
            if (client != null) {
                ctx.channel().attr(ClientHelloGate.CLIENT).set(client);
            }
        } finally {
            header.release();
        }
        // The decoder passes on what it has read beyond the header once this returns, and goes.
        ctx.pipeline().remove(this);
        rest.accept(ctx.channel());
    }

    private static @Nullable InetSocketAddress client(HAProxyMessage header) {
        String source = header.sourceAddress();
        if (header.command() == HAProxyCommand.LOCAL || source == null) {
            return null;
        }
        return switch (header.proxiedProtocol().addressFamily()) {
            case AF_IPv4, AF_IPv6 -> socket(NetUtil.createByteArrayFromIpAddressString(source), header.sourcePort());
            case AF_UNIX, AF_UNSPEC -> null;
        };
    }

    private static @Nullable InetSocketAddress socket(byte @Nullable [] address, int port) {
        try {
            return address == null ? null : new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of 4 or 16 bytes", e);
        }
    }

    private void refuse(ChannelHandlerContext ctx, String why) {
        if (refused) {
            return;
        }
        refused = true;
        Events.warn(
                "Connection without a valid PROXY header",
                "client_addr",
                String.valueOf(ctx.channel().remoteAddress()),
                "error",
                why);
        ctx.close();
    }

    private void stopTimeout() {
        if (timeout != null) {
            timeout.cancel(false);
            timeout = null;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        // A check of the balancer's, perhaps, which only wants to see the port open.
        stopTimeout();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        stopTimeout();
        refuse(ctx, String.valueOf(cause.getMessage()));
    }
}
