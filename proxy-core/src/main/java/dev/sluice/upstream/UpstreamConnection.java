package dev.sluice.upstream;

import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import dev.sluice.service.Target;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to a target, for one request at a time. Owned by its event loop. While it is idle it reads
 * on: whatever arrives then, a byte or the end, ends it.
 */
public final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    // Heads of responses: applications send large ones (cookies, policies), but not without end.
    private static final int MAX_HEAD = 256 * 1024;
    private static final int MAX_CHUNK = 64 * 1024;

    private final Target target;
    private final UpstreamPool pool;
    private @Nullable Channel channel;
    private @Nullable ResponseListener listener;
    private int requests;
    private long idleSince;
    // Of the current exchange.
    private boolean requestEnded;
    private boolean headSeen;
    private boolean responseEnded;
    private boolean reusable;
    private boolean skipEnd;
    private @Nullable Throwable error;
    // Released in the middle of a read: what else that read brings decides whether it is kept.
    private boolean inRead;
    private boolean returning;

    UpstreamConnection(Target target, UpstreamPool pool) {
        this.target = target;
        this.pool = pool;
    }

    /** Lays this connection's handlers into its channel. */
    ChannelHandler initializer() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                channel = ch;
                ch.pipeline()
                        .addLast(new HttpClientCodec(
                                new HttpDecoderConfig()
                                        .setMaxInitialLineLength(16 * 1024)
                                        .setMaxHeaderSize(MAX_HEAD)
                                        .setMaxChunkSize(MAX_CHUNK),
                                false,
                                false))
                        .addLast(UpstreamConnection.this);
            }
        };
    }

    public Target target() {
        return target;
    }

    /** Whether it has carried another request before this one. */
    public boolean reused() {
        return requests > 1;
    }

    /** Whether the target's response head was read. */
    public boolean answered() {
        return headSeen;
    }

    long idleSince() {
        return idleSince;
    }

    boolean usable() {
        Channel ch = channel;
        return ch != null && ch.isActive() && !target.retired();
    }

    void assign(ResponseListener to) {
        listener = to;
        requests++;
        requestEnded = false;
        headSeen = false;
        responseEnded = false;
        reusable = false;
        skipEnd = false;
    }

    // -- the request

    /** Writes a PROXY header: before the first request. */
    public void sendFirst(ProxyProtocol version, String client, int port) {
        ProxyHeader.write(channel(), version, client, port);
    }

    public void sendHead(HttpRequest request) {
        channel().write(request, channel().voidPromise());
    }

    /** Writes a part of the body and takes it. */
    public void sendBody(ByteBuf data) {
        channel().write(data, channel().voidPromise());
    }

    public void sendEnd(HttpHeaders trailers) {
        requestEnded = true;
        LastHttpContent last = LastHttpContent.EMPTY_LAST_CONTENT;
        if (!trailers.isEmpty()) {
            last = new DefaultLastHttpContent();
            last.trailingHeaders().set(trailers);
        }
        channel().write(last, channel().voidPromise());
    }

    public void flush() {
        channel().flush();
    }

    public boolean writable() {
        return channel().isWritable();
    }

    /** Whether to read on; not reading is how a slow client slows the target down. */
    public void reading(boolean wanted) {
        if (channel().config().isAutoRead() != wanted) {
            channel().config().setAutoRead(wanted);
        }
    }

    /** The exchange is over: the connection is kept for the next one if it is fit for that, else closed. */
    public void release() {
        listener = null;
        if (requestEnded && responseEnded && reusable && usable()) {
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
        if (channel != null) {
            channel.close();
        }
    }

    /** Hands the channel over to the caller, without its HTTP handlers; bytes already read go to {@code successor}. */
    public Channel detach(ChannelHandler successor) {
        listener = null;
        Channel ch = channel();
        ch.pipeline().replace(this, "tunnel", successor);
        ch.pipeline().remove(HttpClientCodec.class);
        return ch;
    }

    // -- the response

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        inRead = true;
        ResponseListener to = listener;
        if (to == null) {
            // Bytes that no request asked for: a response must not be taken from them.
            ReferenceCountUtil.release(msg);
            ctx.close();
            return;
        }
        if (msg instanceof HttpObject part && part.decoderResult().isFailure()) {
            ReferenceCountUtil.release(msg);
            fail(new UpstreamFailure(
                    UpstreamFailure.Kind.BAD_RESPONSE,
                    "malformed HTTP response: " + part.decoderResult().cause().getMessage()));
            return;
        }
        if (msg instanceof HttpResponse head) {
            if (oddStatus(head)) {
                ReferenceCountUtil.release(msg);
                fail(new UpstreamFailure(
                        UpstreamFailure.Kind.BAD_RESPONSE,
                        "malformed HTTP status code: " + head.status().code()));
                return;
            }
            readHead(to, head);
        }
        if (msg instanceof HttpContent content) {
            readContent(to, content);
        }
    }

    // RFC 9112 4: three digits, where the codec takes any number.
    private static boolean oddStatus(HttpResponse head) {
        int code = head.status().code();
        return code < 100 || code > 999;
    }

    private void readHead(ResponseListener to, HttpResponse head) {
        HttpResponseStatus status = head.status();
        if (status.code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
            headSeen = true;
            to.switchingProtocols(head);
        } else if (status.codeClass() == HttpStatusClass.INFORMATIONAL) {
            skipEnd = true;
            to.interim(head);
        } else {
            headSeen = true;
            // A body that ends with the connection leaves no connection to keep.
            reusable = HttpUtil.isKeepAlive(head);
            to.head(head);
        }
    }

    private void readContent(ResponseListener to, HttpContent content) {
        if (skipEnd && content instanceof LastHttpContent) {
            // The end of an interim response is not the end of the response.
            skipEnd = false;
            content.release();
            return;
        }
        if (listener != to) {
            content.release();
            return;
        }
        ByteBuf data = content.content();
        if (data.isReadable()) {
            to.body(data);
        } else {
            content.release();
        }
        if (content instanceof LastHttpContent last && listener == to) {
            responseEnded = true;
            to.end(last.trailingHeaders());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        inRead = false;
        if (listener != null) {
            listener.readComplete();
        }
        if (returning) {
            keep();
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
        Throwable cause = error;
        fail(
                cause != null
                        ? UpstreamFailure.reading(cause)
                        : new UpstreamFailure(UpstreamFailure.Kind.CLOSED, headSeen ? "unexpected EOF" : "EOF"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            // A failed write is not the end: the target may have answered before it stopped reading (the channel is
            // not closed for it, see the connector's options). After a failed read channelInactive follows.
            error = cause;
        } else {
            fail(new UpstreamFailure(UpstreamFailure.Kind.BAD_RESPONSE, String.valueOf(cause.getMessage())));
        }
    }

    private void fail(UpstreamFailure failure) {
        ResponseListener to = listener;
        close();
        if (to != null) {
            to.failed(failure);
        }
    }

    private Channel channel() {
        Channel ch = channel;
        if (ch == null) {
            throw new IllegalStateException("not connected");
        }
        return ch;
    }
}
