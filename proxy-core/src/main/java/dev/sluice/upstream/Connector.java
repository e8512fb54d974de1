package dev.sluice.upstream;

import dev.sluice.buffer.TransferReads;
import dev.sluice.service.TargetAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/** Opens connections to targets: resolves the name, then tries its addresses in turn. All on the caller's event loop. */
public final class Connector {
    private final Class<? extends Channel> channelType;
    private final RecvByteBufAllocator reads;
    private final NameLookup names;
    private final int timeoutMillis;

    /** Takes the connection, or why there is none. Called on the event loop that asked. */
    public interface Answer {
        void connected(Channel channel);

        void failed(UpstreamFailure failure);
    }

    /**
     * @param timeout for each address of a name
     */
    public Connector(Class<? extends Channel> channelType, NameLookup names, Duration timeout) {
        this.channelType = channelType;
        this.reads = TransferReads.of(channelType);
        this.names = names;
        this.timeoutMillis = (int) timeout.toMillis();
    }

    /**
     * Connects to a target's host.
     *
     * @param port the target's own, or another one for health checks
     * @param handler laid into the new channel's pipeline before it connects
     */
    public void connect(EventLoop loop, TargetAddress target, int port, ChannelHandler handler, Answer answer) {
        names.find(target.host(), loop, new NameLookup.Answer() {
            @Override
            public void found(InetAddress[] addresses) {
                tryAddress(loop, addresses, 0, port, handler, answer);
            }

            @Override
            public void failed(UnknownHostException why) {
                answer.failed(new UpstreamFailure(
                        UpstreamFailure.Kind.NAME_UNKNOWN, "lookup " + target.host() + ": no such host"));
            }
        });
    }

    // As a task of its own: while the loop goes through the events of one look at its sockets, a socket that was closed
    // may leave its number to a new one, which would get the event that is still to come for the old one.
    private void tryAddress(
            EventLoop loop, InetAddress[] addresses, int index, int port, ChannelHandler handler, Answer answer) {
        loop.execute(() -> open(loop, addresses, index, port, handler, answer));
    }

    private void open(
            EventLoop loop, InetAddress[] addresses, int index, int port, ChannelHandler handler, Answer answer) {
        InetSocketAddress address = new InetSocketAddress(addresses[index], port);
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channel(channelType)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, reads)
                // A target may answer and stop reading: its answer counts, although our writes fail.
                .option(ChannelOption.AUTO_CLOSE, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                .handler(handler)
                .connect(address);
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                answer.connected(connecting.channel());
            } else if (index + 1 < addresses.length) {
                tryAddress(loop, addresses, index + 1, port, handler, answer);
            } else {
                answer.failed(UpstreamFailure.connecting(text(address), done.cause()));
            }
        });
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
