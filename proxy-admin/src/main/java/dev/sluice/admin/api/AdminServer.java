package dev.sluice.admin.api;

import dev.sluice.observe.Events;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.DuplexChannelConfig;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Serves the admin API on a Unix socket that only its owner may open. Connections are read on the given event loops;
 * each request is carried out on a virtual thread. {@link #start} and {@link #stop} block and are for one thread.
 */
public final class AdminServer {
    private static final int MAX_LINE = 8 * 1024;
    private static final int MAX_HEADERS = 16 * 1024;
    private static final int IDLE_SECONDS = 60;

    private final EventLoopGroup loops;
    private final Class<? extends ServerChannel> channelClass;
    private final Function<Path, SocketAddress> addressOf;
    private final Path path;
    private final SocketFile file;
    private final AdminRoutes routes;
    private final ThreadFactory threads = Thread.ofVirtual().name("admin-", 0).factory();
    private final ChannelGroup connections;
    private @Nullable Channel listener;

    /**
     * @param channelClass listens on Unix sockets, on these event loops
     * @param addressOf makes the address that such a channel binds to
     */
    public AdminServer(
            EventLoopGroup loops,
            Class<? extends ServerChannel> channelClass,
            Function<Path, SocketAddress> addressOf,
            Path path,
            AdminRoutes routes) {
        this.loops = loops;
        this.channelClass = channelClass;
        this.addressOf = addressOf;
        this.path = path;
        this.file = new SocketFile(path);
        this.routes = routes;
        this.connections = new DefaultChannelGroup(loops.next());
    }

    /**
     * Takes connections from here on. A socket that a crashed process left at the path is replaced.
     *
     * @throws IOException when the socket cannot be created
     */
    public void start() throws IOException {
        try {
            file.create(this::bind);
        } catch (IOException e) {
            stop();
            throw new IOException("cannot listen on " + path + ": " + reason(e), e);
        }
    }

    private void bind(Path at) throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(channelClass)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        layOut(connection);
                    }
                })
                .bind(addressOf.apply(at))
                .awaitUninterruptibly();
        if (bound.cause() != null) {
            throw new IOException(bound.cause().getMessage(), bound.cause());
        }
        listener = bound.channel();
    }

    private void layOut(Channel connection) {
        connections.add(connection);
        if (connection.config() instanceof DuplexChannelConfig config) {
            // Who has sent all still wants an answer.
            config.setAllowHalfClosure(true);
        }
        connection
                .pipeline()
                .addLast(new IdleStateHandler(0, 0, IDLE_SECONDS))
                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAX_LINE)
                        .setMaxHeaderSize(MAX_HEADERS)))
                .addLast(new BodyLimit())
                // Holds back requests that came with the one before until that is answered.
                .addLast(new FlowControlHandler())
                .addLast(new AdminConnection(routes, threads));
    }

    /**
     * Takes no more connections, removes the socket, and ends the connections: idle ones now, others when their request
     * is answered, which is not waited for.
     */
    public void stop() {
        if (listener != null) {
            listener.close().awaitUninterruptibly();
            listener = null;
        }
        try {
            file.remove();
        } catch (IOException e) {
            Events.warn("Unable to remove the admin socket", "path", path.toString(), "error", e.toString());
        }
        connections.forEach(connection -> connection.pipeline().fireUserEventTriggered(AdminConnection.Notice.FINISH));
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "its directory does not exist";
            case AccessDeniedException _ -> "its directory may not be written";
            default -> String.valueOf(e.getMessage());
        };
    }
}
