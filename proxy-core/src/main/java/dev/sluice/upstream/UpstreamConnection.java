package dev.sluice.upstream;

import dev.sluice.buffer.BodySplice;
import dev.sluice.buffer.SplicePipe;
import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import dev.sluice.service.Target;
import dev.sluice.wire.MalformedMessage;
import dev.sluice.wire.MessageListener;
import dev.sluice.wire.MessageWriter;
import dev.sluice.wire.ReadLimits;
import dev.sluice.wire.ResponseReader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to a target, for one request at a time. Owned by its event loop. It is kept for the next
 * request only when nothing about this one was out of the ordinary. While it is idle it reads on: whatever arrives then,
 * a byte or the end, ends it.
 */
public final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    // Applications send large heads (cookies, policies), but not without end.
    static final ReadLimits LIMITS = new ReadLimits(16 * 1024, 256 * 1024, 2000);

    private final Target target;
    private final ResponseReader reader;
    private final UpstreamPool pool;
    private final Channel channel;
    private final MessageWriter writer;
    // Null where the system has no splicing.
    private final @Nullable BodySplice splice;
    private @Nullable ResponseListener listener;
    private int requests;
    // Opened although others were idle, for a request that must not have a used one.
    private boolean spare;
    private long idleSince;
    private long idleLimit;
    // Of the current exchange.
    private boolean requestEnded;
    // Its final response is not whole yet.
    private boolean expecting;
    // A byte has come since the request was sent.
    private boolean begun;
    private @Nullable Reception reception;
    private @Nullable HeadWrite headWrite;
    private @Nullable Throwable error;
    // Released in the middle of a read: what else that read brings decides whether it is kept.
    private boolean inRead;
    private boolean returning;

    private UpstreamConnection(Target target, UpstreamPool pool, Channel channel) {
        this.target = target;
        this.pool = pool;
        this.channel = channel;
        this.reader = new ResponseReader(new Responses(), channel.alloc(), LIMITS);
        this.writer = new MessageWriter(channel, channel.alloc());
        this.splice = BodySplice.of(channel, new ResponseBody());
    }

    /** Lays the handlers of a connection into a channel; for any number of channels, of which one may succeed. */
    static ChannelHandler initializer(Target target, UpstreamPool pool) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                ch.pipeline().addLast(new UpstreamConnection(target, pool, ch));
            }
        };
    }

    /** The connection of a channel. */
    static UpstreamConnection of(Channel channel) {
        return channel.pipeline().get(UpstreamConnection.class);
    }

    public Target target() {
        return target;
    }

    /** Whether it has carried another request before this one. */
    public boolean reused() {
        return requests > 1;
    }

    /** Whether a byte of the target's response was read. */
    public boolean answered() {
        return begun;
    }

    /** Whether it is certain that no byte of the request has left; told of a connection's first request only. */
    public boolean nothingSent() {
        return headWrite != null && headWrite.nothingSent();
    }

    boolean spare() {
        return spare;
    }

    void spare(boolean value) {
        spare = value;
    }

    /** How long it may still be idle; nanoseconds. */
    long idleLeft(long now) {
        return idleSince + idleLimit - now;
    }

    boolean usable() {
        return channel.isActive() && !reader.waits() && !target.retired();
    }

    void assign(ResponseListener to) {
        listener = to;
        requests++;
        requestEnded = false;
        reception = new Reception(this, to);
        headWrite = null;
    }

    // -- the request

    /** Writes a PROXY header: before the first request. */
    public void sendFirst(ProxyProtocol version, String client, int port) {
        ProxyHeader.write(channel, version, client, port);
    }

    public void sendHead(HttpRequest request) {
        reader.expect(request.method());
        expecting = true;
        begun = false;
        if (reused()) {
            writer.request(request, null);
        } else {
            headWrite = new HeadWrite(this::writeFailed);
            writer.request(request, channel.newProgressivePromise().addListener(headWrite));
        }
    }

    /** Writes a part of the body and takes it. */
    public void sendBody(ByteBuf data) {
        writer.body(data);
    }

    /**
     * Sends a part of the body from the client's socket without reading it, as far as the kernels' buffers have and take
     * it; the last of it may wait here, like any part.
     *
     * @param most bytes
     * @return bytes that the client has no more
     */
    public long splice(EpollSocketChannel client, long most) {
        writer.flush();
        return writer.raw() && error == null ? SplicePipe.move(client, channel, most, new RequestRest()) : 0;
    }

    private final class RequestRest implements SplicePipe.Receiver {
        @Override
        public void rest(ByteBuf data) {
            sendBody(data);
            flush();
        }

        @Override
        public void failed(IOException why) {
            writeFailed(why);
        }
    }

    public void sendEnd(HttpHeaders trailers) {
        requestEnded = true;
        writer.end(trailers);
    }

    public void flush() {
        writer.flush();
    }

    public boolean writable() {
        return channel.isWritable();
    }

    /** Whether to read on; not reading is how a slow client slows the target down. */
    public void reading(boolean wanted) {
        if (channel.config().isAutoRead() != wanted) {
            channel.config().setAutoRead(wanted);
        }
    }

    /** The exchange is over: the connection is kept for the next one if it is fit for that, else closed. */
    public void release() {
        listener = null;
        Reception done = reception;
        if (requestEnded && done != null && done.leavesConnection() && usable()) {
            idleLimit = done.idleLimit();
            if (inRead) {
                returning = true;
            } else {
                keep();
            }
        } else {
            close();
        }
    }

    private void keep() {
        returning = false;
        if (usable()) {
            reading(true);
            idleSince = System.nanoTime();
            pool.keep(this);
        } else {
            close();
        }
    }

    /** Ends the connection; nobody is told. */
    public void close() {
        listener = null;
        reader.close();
        channel.close();
    }

    /** Hands the channel over to the caller, without its HTTP handler; bytes already read go to {@code successor}. */
    public Channel detach(ChannelHandler successor) {
        listener = null;
        ByteBuf rest = reader.takeRest();
        channel.pipeline().replace(this, "tunnel", successor);
        if (rest != null) {
            channel.pipeline().fireChannelRead(rest);
        }
        return channel;
    }

    /** Over the channels of one target's addresses, one after the other, until one is connected. */
    @Override
    public boolean isSharable() {
        return true;
    }

    // -- the response

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        inRead = true;
        if (listener == null) {
            // Bytes that no request asked for: a response must not be taken from them.
            ReferenceCountUtil.release(msg);
            ctx.close();
        } else {
            begun = true;
            ByteBuf data = (ByteBuf) msg;
            boolean filled = !data.isWritable();
            reader.read(data);
            if (filled && splice != null) {
                splice.filled();
            }
        }
    }

    private final class ResponseBody implements BodySplice.Body {
        @Override
        public long left() {
            return reader.bodyLeft();
        }

        @Override
        public long splice(EpollSocketChannel from, long most) {
            long moved = listener == null ? 0 : listener.splice(from, most);
            reader.bodyPassed(moved);
            return moved;
        }
    }

    /** What the reader makes of the connection's bytes: one final response for each request, and nothing else. */
    private final class Responses implements MessageListener<HttpResponse> {
        @Override
        public boolean ready() {
            return expecting;
        }

        @Override
        public void head(HttpResponse head) {
            reception().head(head);
        }

        @Override
        public void body(ByteBuf data) {
            reception().body(data);
        }

        @Override
        public void end(HttpHeaders trailers) {
            if (!reception().interim()) {
                expecting = false;
                reception().end(trailers);
            }
        }

        @Override
        public void malformed(MalformedMessage why) {
            bad("malformed HTTP response: " + why.getMessage());
        }
    }

    private Reception reception() {
        return Objects.requireNonNull(reception);
    }

    /** What came is no response to the request. */
    void bad(String why) {
        fail(new UpstreamFailure(UpstreamFailure.Kind.BAD_RESPONSE, why));
    }

    /** Whether the one who asked still listens. */
    boolean serves(ResponseListener to) {
        return listener == to;
    }

    /** Whether the target ended the connection in the rude way. */
    boolean wasReset() {
        return error != null && String.valueOf(error.getMessage()).contains("reset");
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        inRead = false;
        if (listener != null) {
            listener.readComplete();
        }
        if (returning) {
            keep();
        } else if (listener == null && reader.waits()) {
            close();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (listener != null) {
            listener.writabilityChanged();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        pool.forget(this);
        if (!wasReset()) {
            reader.ended();
        }
        Throwable cause = error;
        boolean headSeen = reception != null && reception.headSeen();
        fail(
                cause != null
                        ? UpstreamFailure.reading(cause)
                        : new UpstreamFailure(UpstreamFailure.Kind.CLOSED, headSeen ? "unexpected EOF" : "EOF"));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        reader.close();
        writer.discard();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            // After a failed read channelInactive follows.
            writeFailed(cause);
        } else {
            bad(String.valueOf(cause.getMessage()));
        }
    }

    // Not the end: the target may have answered before it stopped reading. The channel is not closed for it, see the
    // connector's options.
    private void writeFailed(Throwable cause) {
        // A reset is told once, and of what fails after it only that the pipe is broken.
        if (!wasReset()) {
            error = cause;
        }
    }

    private void fail(UpstreamFailure failure) {
        ResponseListener to = listener;
        close();
        if (to != null) {
            to.failed(failure);
        }
    }
}
