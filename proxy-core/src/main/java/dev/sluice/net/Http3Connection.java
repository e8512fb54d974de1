package dev.sluice.net;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.exchange.ClientConnection;
import dev.sluice.exchange.ConnectionInfo;
import dev.sluice.exchange.Exchange;
import dev.sluice.exchange.RequestPath;
import dev.sluice.exchange.Worker;
import dev.sluice.http.HostName;
import dev.sluice.http.RequestTarget;
import dev.sluice.observe.Events;
import dev.sluice.tls.QuicHandshakes;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http3.DefaultHttp3GoAwayFrame;
import io.netty.handler.codec.http3.DefaultHttp3UnknownFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ErrorCode;
import io.netty.handler.codec.http3.Http3Exception;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3HeadersValidationException;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/3 client connection (RFC 9114): its request streams, its limits and its end. The last handler of the QUIC
 * channel. Owned by its event loop.
 */
final class Http3Connection extends ChannelInboundHandlerAdapter implements ClientConnection {
    /** A client that is gone without a word is forgotten after so long, unless it acknowledges something. */
    static final Duration IDLE = Duration.ofSeconds(60);

    // While a response is long in coming the client is asked for a sign of life, which also keeps its own timer.
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(15);
    // RFC 9114 7.2.8: means nothing, and is acknowledged.
    private static final long RESERVED_FRAME = 0x40;
    private static final long LOOK_FOR_STOP_MILLIS = 250;
    // The library forgets what is on its way when a connection is closed, and does not tell what has arrived. It holds
    // no more than the network takes in one round trip, so this leaves time for sending it again, too.
    private static final Duration LAST_BYTES = Duration.ofSeconds(1);
    // Netty keeps the channel of a stream that was cut until its connection ends.
    private static final int MOST_ABANDONED = 1000;
    // RFC 9114 4.2.2: what a field counts besides its name and value.
    private static final int FIELD_BYTES = 32;

    private final RequestPath path;
    private final Worker worker;
    private final QuicHandshakes handshakes;
    private final QuicChannel channel;
    private final int port;
    private final Set<Http3Client> clients = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Resets resets = new Resets();
    private @Nullable ConnectionInfo info;
    private boolean served;
    private boolean finishing;
    private boolean closing;
    private boolean lookingForStops;
    private int abandoned;
    private long nextStream;
    private long idleSince;
    private long signAskedAt;

    Http3Connection(RequestPath path, Worker worker, QuicHandshakes handshakes, QuicChannel channel, int port) {
        this.path = path;
        this.worker = worker;
        this.handshakes = handshakes;
        this.channel = channel;
        this.port = port;
    }

    /** Lays out the channel of a request stream, behind the codec. */
    ChannelInitializer<QuicStreamChannel> streams() {
        return new ChannelInitializer<>() {
            @Override
            public boolean isSharable() {
                return true;
            }

            @Override
            protected void initChannel(QuicStreamChannel stream) {
                stream.config().setAutoRead(false);
                StreamEnd end = new StreamEnd();
                Http3Client client = new Http3Client(Http3Connection.this, stream, end);
                stream.pipeline().addFirst(end).addLast(client);
                opened(client, stream);
            }
        };
    }

    // -- connection

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        idleSince = worker.now();
        channel.closeFuture().addListener(_ -> worker.closed(this));
        worker.opened(this);
        idleSince = worker.now();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        handshakes.event(channel, event);
        ReferenceCountUtil.release(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof QuicException || cause instanceof Http3Exception || cause instanceof IOException) {
            // QUIC tells the client itself.
            Events.debug("HTTP/3 connection broken", "error", cause.toString());
        } else {
            LastHandler.unexpected(cause);
            close(Http3ErrorCode.H3_INTERNAL_ERROR);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        List.copyOf(clients).forEach(Http3Client::gone);
        ctx.fireChannelInactive();
    }

    @Override
    public void look(long now) {
        EdgeLimits.Times times = worker.times();
        if (clients.isEmpty()) {
            lookIdle(now, served ? times.keepAlive() : times.head());
            return;
        }
        idleSince = now;
        List.copyOf(clients).forEach(client -> client.look(now, times));
        if (now - signAskedAt >= SIGN_OF_LIFE.toNanos()) {
            signAskedAt = now;
            writeControl(new DefaultHttp3UnknownFrame(RESERVED_FRAME, Unpooled.EMPTY_BUFFER));
        }
    }

    private void lookIdle(long now, Duration limit) {
        if (finishing) {
            closeWhenDelivered();
        } else if (limit.isPositive() && now - idleSince >= limit.toNanos()) {
            hit(served ? Limit.KEEP_ALIVE : Limit.HEAD_TIME);
            finish();
        }
    }

    /** Says GOAWAY (RFC 9114 5.2), and closes when the last response has arrived. */
    @Override
    public void finish() {
        if (finishing) {
            return;
        }
        finishing = true;
        writeControl(new DefaultHttp3GoAwayFrame(nextStream));
        closeWhenDelivered();
    }

    private void writeControl(Object frame) {
        QuicStreamChannel control = Http3.getLocalControlStream(channel);
        if (control != null) {
            control.writeAndFlush(frame);
        } else {
            ReferenceCountUtil.release(frame);
        }
    }

    private void closeWhenDelivered() {
        if (closing || !clients.isEmpty()) {
            return;
        }
        closing = true;
        long since = System.nanoTime() - idleSince;
        long left = served ? LAST_BYTES.toNanos() - since : 0;
        channel.eventLoop().schedule(() -> close(), Math.max(0, left), TimeUnit.NANOSECONDS);
    }

    @Override
    public boolean busy() {
        return true;
    }

    @Override
    public void close() {
        close(Http3ErrorCode.H3_NO_ERROR);
    }

    private void close(Http3ErrorCode why) {
        closing = true;
        channel.close(true, why.code(), Unpooled.EMPTY_BUFFER);
    }

    // -- streams

    private void opened(Http3Client client, QuicStreamChannel stream) {
        clients.add(client);
        if (finishing) {
            // RFC 9114 5.2: nothing was done for it; the client may ask again elsewhere.
            client.reset(Http3ErrorCode.H3_REQUEST_REJECTED);
            return;
        }
        nextStream = Math.max(nextStream, stream.streamId() + 4);
        lookForStopsLater();
    }

    void ended(Http3Client client) {
        clients.remove(client);
        idleSince = System.nanoTime();
        if (finishing) {
            closeWhenDelivered();
        }
    }

    /** The client has cancelled a request. */
    void clientReset() {
        if (resets.tooMany(worker.limits().http2().resets()) && !closing) {
            hit(Limit.CLIENT_RESETS);
            close(Http3ErrorCode.H3_EXCESSIVE_LOAD);
        }
    }

    /** A stream has ended before its time. */
    void abandoned() {
        if (++abandoned >= MOST_ABANDONED) {
            finish();
        }
    }

    /** Sorts what went wrong on a stream; returns what to tell the client. */
    Http3ErrorCode streamFailed(Throwable cause) {
        switch (cause) {
            case QuicStreamResetException _ -> clientReset();
            case QuicException _, IOException _ -> Events.debug("HTTP/3 stream broken", "error", cause.toString());
            case Http3Exception e -> {
                return e.errorCode();
            }
            // The latter for a Content-Length that is no number.
            case Http3HeadersValidationException _, IllegalArgumentException _ -> {
                return Http3ErrorCode.H3_MESSAGE_ERROR;
            }
            default -> {
                LastHandler.unexpected(cause);
                return Http3ErrorCode.H3_INTERNAL_ERROR;
            }
        }
        return Http3ErrorCode.H3_REQUEST_CANCELLED;
    }

    private void lookForStopsLater() {
        if (!lookingForStops) {
            lookingForStops = true;
            channel.eventLoop().schedule(this::lookForStops, LOOK_FOR_STOP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void lookForStops() {
        lookingForStops = false;
        if (channel.isActive() && !clients.isEmpty()) {
            List.copyOf(clients).forEach(Http3Client::lookForStop);
            lookForStopsLater();
        }
    }

    // -- requests

    /** Makes the exchange of a request; throws IllegalArgumentException when its path is none. */
    Exchange exchange(Http3Client client, HttpRequest request) {
        RequestTarget target = RequestTarget.parse(request.uri());
        if (target == null) {
            throw new IllegalArgumentException("malformed :path");
        }
        String authority = Objects.requireNonNull(request.headers().get("host"));
        Exchange exchange =
                new Exchange(path, worker, client, info(), request, target, authority, HostName.normalise(authority));
        exchange.protocol("HTTP/3.0");
        return exchange;
    }

    void receive(Exchange exchange) {
        served = true;
        path.receive(exchange);
    }

    private ConnectionInfo info() {
        ConnectionInfo known = info;
        if (known == null) {
            known = ConnectionPipeline.info(channel, channel.remoteSocketAddress(), port, "TLSv1.3");
            info = known;
        }
        return known;
    }

    long now() {
        return worker.now();
    }

    EdgeLimits limits() {
        return worker.limits();
    }

    void hit(Limit limit) {
        worker.limitHits().hit(limit, info().peerAddress());
    }

    /** The size of a header list as limits count it. */
    static long bytes(Http3Headers list) {
        long bytes = 0;
        for (Map.Entry<CharSequence, CharSequence> field : list) {
            bytes += field.getKey().length() + field.getValue().length() + FIELD_BYTES;
        }
        return bytes;
    }
}
