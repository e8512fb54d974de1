package dev.sluice.exchange;

import dev.sluice.buffer.BodySplice;
import dev.sluice.buffer.SplicePipe;
import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.http.HostName;
import dev.sluice.http.RequestTarget;
import dev.sluice.wire.MalformedMessage;
import dev.sluice.wire.MessageListener;
import dev.sluice.wire.MessageWriter;
import dev.sluice.wire.RequestReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1 client connection: a {@link ClientStream} for one exchange after the other. Requests that are pipelined
 * are held back, unread as far as possible, until the one before is answered, so answers keep their order. The last
 * handler that knows HTTP in its pipeline: reads and writes its bytes.
 */
public final class Http1Client extends ChannelInboundHandlerAdapter implements ClientStream, ClientConnection {
    // So long what comes behind the last answer is read and dropped, lest a reset destroys the answer.
    private static final long LINGER_SECONDS = 5;
    // So much of an unwanted body is read and dropped to keep the connection; for more it is closed.
    private static final long MAX_REST = 64 * 1024;

    private final RequestPath path;
    private final Worker worker;
    private final ConnectionInfo info;
    private final ClientWait wait = new ClientWait();
    private final WriteStall stall = new WriteStall();
    private final Pace requestPace = new Pace();
    private final Pace responsePace = new Pace();

    private @Nullable ChannelHandlerContext context;
    private @Nullable RequestReader reader;
    private @Nullable MessageWriter writer;
    // Null where bytes are not the socket's own.
    private @Nullable BodySplice splice;
    private @Nullable Exchange current;
    private boolean requestEnded = true;
    private boolean responseEnded = true;
    private boolean bodyWanted = true;
    private boolean keepAlive = true;
    private boolean http10;
    private boolean toHead;
    // What is answered now has no body, whatever comes.
    private boolean bodiless;
    private boolean finishing;
    // The last answer is on its way: nothing that comes is taken any more (RFC 9112 9.6).
    private boolean over;
    private boolean lingering;
    // Bytes of bodies, both ways.
    private long received;
    private long written;

    public Http1Client(RequestPath path, Worker worker, ConnectionInfo info) {
        this.path = path;
        this.worker = worker;
        this.info = info;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        reader = new RequestReader(new Requests(), ctx.alloc(), worker.readLimits());
        writer = new MessageWriter(ctx, ctx.alloc());
        splice = info.secure() ? null : BodySplice.of(ctx.channel(), new Body());
        if (ctx.channel().isActive()) {
            opened();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        opened();
    }

    private void opened() {
        worker.opened(this);
        wait.restart(worker.now());
    }

    // -- requests

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf data = (ByteBuf) msg;
        boolean filled = !data.isWritable();
        reader().read(data);
        if (reader().waits()) {
            updateReading();
        } else if (filled && splice != null) {
            splice.filled();
        }
    }

    /** The request's, where it is spliced. */
    private final class Body implements BodySplice.Body {
        @Override
        public long left() {
            return reader().bodyLeft();
        }

        @Override
        public long splice(EpollSocketChannel from, long most) {
            long moved = current == null ? 0 : current.body.splice(from, most);
            received += moved;
            reader().bodyPassed(moved);
            return moved;
        }
    }

    /** What the reader makes of the connection's bytes. */
    private final class Requests implements MessageListener<HttpRequest> {

        // Not before the one before is answered, nor while the client leaves answers unread.
        @Override
        public boolean ready() {
            return requestEnded && responseEnded && ctx().channel().isWritable();
        }

        @Override
        public void head(HttpRequest request) {
            wait.read();
            RejectedRequest rejected = Http1Guard.check(request);
            if (rejected == null) {
                begin(request);
            } else {
                reject(rejected);
            }
        }

        @Override
        public void body(ByteBuf data) {
            wait.read();
            received += data.readableBytes();
            if (current == null) {
                // The rest of a body that nobody wanted.
                data.release();
            } else {
                current.requestBody(data);
            }
        }

        @Override
        public void end(HttpHeaders trailers) {
            wait.read();
            if (!requestEnded) {
                requestEnded = true;
                if (current != null) {
                    current.requestEnd(trailers);
                }
            }
        }

        @Override
        public void malformed(MalformedMessage why) {
            wait.read();
            Limit struck = Http1Guard.limit(why.kind(), !requestEnded);
            if (struck != null) {
                worker.limitHits().hit(struck, info.peerAddress());
            }
            if (requestEnded) {
                reject(Http1Guard.malformed(why, reader().method()));
            } else {
                malformedBody(String.valueOf(why.getMessage()));
            }
        }
    }

    private void begin(HttpRequest request) {
        http10 = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        toHead = request.method().equals(HttpMethod.HEAD);
        keepAlive = HttpUtil.isKeepAlive(request) && !finishing;
        requestEnded = false;
        responseEnded = false;
        bodyWanted = true;
        wait.requestBegun();
        if (request.uri().equals("*")) {
            answerStar(request);
            return;
        }
        RequestTarget target = Objects.requireNonNull(RequestTarget.parse(request.uri()), "checked by the guard");
        String authority = target.authority();
        String hostHeader = authority != null ? authority : request.headers().get(HttpHeaderNames.HOST, "");
        if (authority != null) {
            // RFC 9112 3.2.2: the target's authority counts, whatever Host says.
            request.headers().set(HttpHeaderNames.HOST, authority);
        }
        Exchange exchange =
                new Exchange(path, worker, this, info, request, target, hostHeader, HostName.normalise(hostHeader));
        exchange.protocol(http10 ? "HTTP/1.0" : "HTTP/1.1");
        current = exchange;
        requestEnded = !exchange.expectsBody();
        path.receive(exchange);
    }

    private void answerStar(HttpRequest request) {
        requestEnded = !HttpUtil.isTransferEncodingChunked(request) && HttpUtil.getContentLength(request, 0L) == 0;
        keepAlive &= requestEnded;
        EarlyAnswers.star(this, request);
    }

    // Where this request ends, and the next begins, cannot be known any more.
    private void malformedBody(String why) {
        keepAlive = false;
        Exchange exchange = current;
        if (exchange == null) {
            ctx().close();
        } else {
            exchange.requestMalformed(why);
        }
    }

    private void reject(RejectedRequest rejected) {
        // Nothing behind it is taken for a request.
        reader().close();
        requestEnded = false;
        responseEnded = false;
        keepAlive = false;
        http10 = false;
        toHead = rejected.toHead();
        EarlyAnswers.refuse(this, rejected, info);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        wait.readComplete(worker.now(), !requestEnded, requestEnded && responseEnded);
        if (current != null) {
            current.requestReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (current != null) {
            current.clientWritable();
        } else {
            takeHeld();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        worker.closed(this);
        Exchange exchange = current;
        current = null;
        if (exchange != null) {
            exchange.clientGone();
        }
        reader().close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // The connection is broken (channelInactive follows) or a handler has a fault; both end it.
        ctx.fireExceptionCaught(cause);
        ctx.close();
    }

    // -- the response

    @Override
    public void interim(HttpResponse head) {
        if (!http10) {
            ResponseFraming.interim(head);
            writer().response(head);
            writer().flush();
        }
    }

    @Override
    public void head(HttpResponse head) {
        keepAlive = ResponseFraming.apply(head, toHead, http10, keepAlive && (requestEnded || restIsSmall()));
        bodiless = toHead || !ResponseFraming.hasBody(head);
        writer().response(head);
    }

    private boolean restIsSmall() {
        Exchange exchange = current;
        return exchange != null
                && exchange.body.length() > 0
                && exchange.body.length() <= MAX_REST
                && !exchange.body.awaitsInvitation();
    }

    @Override
    public void body(ByteBuf data) {
        if (bodiless) {
            data.release();
        } else {
            written += data.readableBytes();
            writer().body(data);
        }
    }

    @Override
    public long splice(EpollSocketChannel target, long most) {
        if (splice == null || bodiless || !writer().raw()) {
            return 0;
        }
        writer().flush();
        long moved = SplicePipe.move(target, ctx().channel(), most, this::writeRest);
        written += moved;
        return moved;
    }

    // What the socket did not take of a part.
    private void writeRest(ByteBuf data) {
        writer().body(data);
        writer().flush();
    }

    @Override
    public void end(HttpHeaders trailers) {
        writer().end(trailers);
        responseEnded = true;
        wait.restart(worker.now());
        current = null;
        // What is left of the request holds up nobody any more.
        bodyWanted = true;
        if (keepAlive && !finishing) {
            writer().flush();
            takeHeld();
        } else {
            over = true;
            reader().close();
            updateReading();
            writer().flush();
            ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
                if (written.isSuccess()) {
                    linger();
                } else {
                    ctx().close();
                }
            });
        }
    }

    // Takes what was pipelined.
    private void takeHeld() {
        if (over) {
            return;
        }
        reader().resume();
        if (current != null) {
            current.requestReadComplete();
        }
        updateReading();
    }

    // RFC 9112 9.6: closing while something comes, be it only a request sent too early, would make the kernel reset the
    // connection, answer and all. The client closes when it has seen the end, and that ends this.
    private void linger() {
        lingering = true;
        ctx().executor().schedule(() -> ctx().close(), LINGER_SECONDS, TimeUnit.SECONDS);
        SslHandler tls = ctx().pipeline().get(SslHandler.class);
        if (tls != null) {
            tls.closeOutbound();
        }
        if (ctx().channel() instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        }
    }

    @Override
    public void flush() {
        writer().flush();
    }

    @Override
    public boolean writable() {
        return ctx().channel().isWritable();
    }

    @Override
    public void reading(boolean wanted) {
        bodyWanted = wanted;
        updateReading();
    }

    private void updateReading() {
        boolean wanted = over || (!reader().waits() && (bodyWanted || requestEnded));
        if (ctx().channel().config().isAutoRead() != wanted) {
            wait.restart(worker.now());
            ctx().channel().config().setAutoRead(wanted);
        }
    }

    @Override
    public void abort() {
        current = null;
        writer().flush();
        ctx().close();
    }

    @Override
    public boolean upgradable(HttpResponse head) {
        // What was sent after the request and before the answer would be a request, not the other protocol.
        return !http10 && !reader().waits();
    }

    @Override
    public TunnelEnd upgrade(HttpResponse head, TunnelEnd.Listener listener) {
        ChannelEnd end = new ChannelEnd(listener);
        current = null;
        worker.closed(this);
        HandOver connection = new HandOver(ctx().channel());
        worker.opened(connection);
        ctx().channel().closeFuture().addListener(_ -> worker.closed(connection));
        ResponseFraming.interim(head);
        writer().response(head);
        writer().flush();
        ctx().pipeline().replace(this, "tunnel", end);
        return end;
    }

    // -- the end

    @Override
    public void look(long now) {
        EdgeLimits.Times times = worker.times();
        boolean stalled = stall.at(ctx().channel(), now, times.write());
        // Else it closes by itself, or waits for the target.
        boolean waitedFor = !over && ctx().channel().config().isAutoRead();
        boolean sends = waitedFor && !requestEnded && (current == null || !current.awaitsInvitation());
        // Both are always looked at: the time in which nobody waits for the client does not count.
        long rate = worker.limits().minRate();
        boolean slowRequest = requestPace.tooSlow(now, sends, received, rate);
        boolean slowReader = responsePace.tooSlow(now, stall.pending() > 0, written - stall.pending(), rate);
        if (stalled || slowReader) {
            end(stalled ? Limit.WRITE_STALL : Limit.MIN_RATE);
        } else if (sends && (slowRequest || wait.bodyOverdue(now, times))) {
            bodyTooSlow(slowRequest ? Limit.MIN_RATE : Limit.BODY_IDLE);
        } else if (waitedFor && requestEnded && responseEnded) {
            Limit struck = wait.headOverdue(now, times);
            if (struck != null) {
                headTooLate(struck);
            }
        }
    }

    private void end(Limit struck) {
        worker.limitHits().hit(struck, info.peerAddress());
        ctx().close();
    }

    private void bodyTooSlow(Limit struck) {
        Exchange exchange = current;
        keepAlive = false;
        if (exchange == null) {
            end(struck);
        } else if (struck == Limit.MIN_RATE) {
            exchange.requestTooSlow();
        } else {
            exchange.requestTimedOut();
        }
    }

    private void headTooLate(Limit struck) {
        if (wait.inHead()) {
            worker.limitHits().hit(struck, info.peerAddress());
            reject(new RejectedRequest(408, "the request head took too long"));
        } else {
            end(struck);
        }
    }

    @Override
    public void finish() {
        finishing = true;
        if (current == null && !reader().waits() && !lingering) {
            ctx().close();
        } else {
            keepAlive = false;
        }
    }

    @Override
    public boolean busy() {
        // Idle connections closed when they were asked to finish; the others close after their answer's last byte.
        return !lingering;
    }

    @Override
    public void close() {
        ctx().close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        reader().close();
        writer().discard();
    }

    private RequestReader reader() {
        return Objects.requireNonNull(reader);
    }

    private MessageWriter writer() {
        return Objects.requireNonNull(writer);
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(context);
    }
}
