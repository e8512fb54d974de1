package dev.sluice.net;

import dev.sluice.observe.Events;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * How this machine does network I/O, and the channel classes that go with it.
 *
 * @param name epoll, io_uring, kqueue or nio
 */
public record Transport(
        String name,
        IoHandlerFactory ioHandler,
        Class<? extends ServerSocketChannel> serverChannel,
        Class<? extends SocketChannel> channel,
        IoHandlerFactory unixIoHandler,
        Class<? extends ServerChannel> unixServerChannel,
        Function<Path, SocketAddress> unixAddress) {

    /**
     * Chooses the best that this machine has.
     *
     * @param preferIoUring use io_uring where the kernel allows it
     */
    public static Transport choose(boolean preferIoUring) {
        if (preferIoUring) {
            if (IoUring.isAvailable()) {
                return ioUring();
            }
            Events.warn(
                    "io_uring is not available, using another transport",
                    "error",
                    String.valueOf(IoUring.unavailabilityCause()));
        }
        if (Epoll.isAvailable()) {
            return epoll();
        }
        return KQueue.isAvailable() ? kqueue() : nio();
    }

    static Transport epoll() {
        return new Transport(
                "epoll",
                EpollIoHandler.newFactory(),
                EpollServerSocketChannel.class,
                EpollSocketChannel.class,
                EpollIoHandler.newFactory(),
                EpollServerDomainSocketChannel.class,
                path -> new DomainSocketAddress(path.toFile()));
    }

    // The control socket stays on NIO here: it is rarely used, and its loop may be another one.
    static Transport ioUring() {
        return new Transport(
                "io_uring",
                IoUringIoHandler.newFactory(),
                IoUringServerSocketChannel.class,
                IoUringSocketChannel.class,
                NioIoHandler.newFactory(),
                NioServerDomainSocketChannel.class,
                UnixDomainSocketAddress::of);
    }

    static Transport kqueue() {
        return new Transport(
                "kqueue",
                KQueueIoHandler.newFactory(),
                KQueueServerSocketChannel.class,
                KQueueSocketChannel.class,
                KQueueIoHandler.newFactory(),
                KQueueServerDomainSocketChannel.class,
                path -> new DomainSocketAddress(path.toFile()));
    }

    /** Java's own, everywhere. */
    public static Transport nio() {
        return new Transport(
                "nio",
                NioIoHandler.newFactory(),
                NioServerSocketChannel.class,
                NioSocketChannel.class,
                NioIoHandler.newFactory(),
                NioServerDomainSocketChannel.class,
                UnixDomainSocketAddress::of);
    }

    /** For UDP. Named here and not in the record: most daemons need none of them. */
    Class<? extends DatagramChannel> datagramChannel() {
        return switch (name) {
            case "epoll" -> EpollDatagramChannel.class;
            case "io_uring" -> IoUringDatagramChannel.class;
            case "kqueue" -> KQueueDatagramChannel.class;
            default -> NioDatagramChannel.class;
        };
    }

    /** Makes event loops for traffic. */
    public EventLoopGroup newGroup(int threads) {
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("loop"), ioHandler);
    }

    /** Makes the one event loop of the control socket and the metrics. */
    public EventLoopGroup newControlGroup() {
        return new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("control"), unixIoHandler);
    }
}
