package dev.sluice.daemon;

import dev.sluice.observe.Events;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * Tells systemd how the service stands (sd_notify(3)), when it wants to know: a datagram to the socket that it names in
 * the environment. Blocking, and a failure is logged and otherwise without consequence.
 */
final class SystemdNotify {
    private static final String VARIABLE = "NOTIFY_SOCKET";

    private SystemdNotify() {}

    static void ready() {
        send("READY=1\nSTATUS=Serving\n");
    }

    static void stopping() {
        send("STOPPING=1\nSTATUS=Waiting for requests under way\n");
    }

    private static void send(String state) {
        String socket = System.getenv(VARIABLE);
        if (socket == null || socket.isEmpty() || !Epoll.isAvailable()) {
            return;
        }
        // A leading @ stands for the zero byte of an abstract name.
        String path = socket.startsWith("@") ? "\0" + socket.substring(1) : socket;
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            Channel channel = new Bootstrap()
                    .group(loop)
                    .channel(EpollDomainDatagramChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(new DomainSocketAddress(path))
                    .sync()
                    .channel();
            channel.writeAndFlush(Unpooled.copiedBuffer(state, StandardCharsets.UTF_8))
                    .sync();
            channel.close().sync();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            Events.warn("Could not notify systemd", "error", e.toString());
        } finally {
            loop.shutdownGracefully();
        }
    }
}
