package dev.sluice.net;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.exchange.ClientStream;
import dev.sluice.exchange.Exchange;
import dev.sluice.exchange.Pace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http3.DefaultHttp3DataFrame;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3ErrorCode;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/3 request stream (RFC 9114 4.1) as the client's end of an exchange, and the last handler of its channel. The
 * channel is read only while the exchange reads: what is not read stays within QUIC's flow-control window, so a slow
 * target slows the client down. Owned by the connection's event loop.
 */
final class Http3Client extends ChannelInboundHandlerAdapter implements ClientStream {
    // Of these, one without a length has a body only if data follows: the end of the stream is waited for.
    private static final Set<String> BODILESS = Set.of("GET", "HEAD", "DELETE", "OPTIONS", "TRACE");

    private final Http3Connection connection;
    private final QuicStreamChannel channel;
    private final StreamEnd streamEnd;
    private @Nullable ChannelHandlerContext context;
    // The request's head, while it is not known whether a body follows.
    private @Nullable Http3Headers head;
    private HttpHeaders trailers = EmptyHttpHeaders.INSTANCE;
    // Of the response: not written before it is known whether the stream ends with it.
    private @Nullable Http3RequestStreamFrame pending;
    private @Nullable Exchange exchange;
    private boolean begun;
    // For the exchange, which may expect nothing; and on the wire.
    private boolean requestEnded;
    private boolean inputEnded;
    private boolean responseEnded;
    private boolean closed;
    private boolean reading = true;
    // By the worker's clock: when the client last sent something or was asked for it.
    private long waitingSince;
    // Bytes of the response.
    private long written;
    private long sent;
    private long sentBefore;
    private long sentSince;
    private final Pace requestPace = new Pace();
    private final Pace responsePace = new Pace();

    Http3Client(Http3Connection connection, QuicStreamChannel channel, StreamEnd streamEnd) {
        this.connection = connection;
        this.channel = channel;
        this.streamEnd = streamEnd;
        this.waitingSince = connection.now();
        this.sentSince = waitingSince;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    // -- the request

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        waitingSince = connection.now();
        switch (message) {
            case Http3HeadersFrame frame when !begun && head == null -> head(frame.headers());
            case Http3HeadersFrame frame -> trailers(frame.headers());
            case Http3DataFrame frame -> data(frame.content());
            default -> ReferenceCountUtil.release(message);
        }
    }

    private void head(Http3Headers list) {
        EdgeLimits.Heads limits = connection.limits().heads();
        if (Http3Connection.bytes(list) > limits.bytes()) {
            connection.hit(Limit.HEAD_BYTES);
            begun = true;
            pending = new DefaultHttp3HeadersFrame(new DefaultHttp3Headers(false)
                    .status(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE.codeAsText()));
            end(EmptyHttpHeaders.INSTANCE);
        } else if (list.size() > limits.fields()) {
            connection.hit(Limit.HEAD_FIELDS);
            reset(Http3ErrorCode.H3_EXCESSIVE_LOAD);
        } else {
            head = list;
        }
    }

    private void begin(boolean end) {
        Http3Headers list = Objects.requireNonNull(head);
        head = null;
        begun = true;
        Exchange of;
        try {
            of = connection.exchange(this, Http3Heads.request(list, end));
        } catch (Http2Exception | IllegalArgumentException e) {
            reset(Http3ErrorCode.H3_MESSAGE_ERROR);
            return;
        }
        exchange = of;
        requestEnded = !of.expectsBody();
        connection.receive(of);
    }

    private void trailers(Http3Headers list) {
        if (head != null) {
            begin(false);
        }
        try {
            trailers = Http3Heads.trailers(list);
        } catch (Http2Exception | IllegalArgumentException e) {
            reset(Http3ErrorCode.H3_MESSAGE_ERROR);
        }
    }

    private void data(ByteBuf data) {
        if (head != null) {
            begin(false);
        }
        Exchange to = exchange;
        if (to == null || to.done() || !data.isReadable()) {
            data.release();
        } else {
            to.requestBody(data);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.requestReadComplete();
        } else if (head != null && !endAwaited(head)) {
            // Not before the end of the stream has had its chance: it is told of after this, in the same turn.
            ctx.executor().execute(() -> {
                if (head != null && !closed) {
                    begin(false);
                }
            });
        }
        if (reading) {
            ctx.read();
        }
    }

    private static boolean endAwaited(Http3Headers list) {
        return BODILESS.contains(String.valueOf(list.method())) && !list.contains(HttpHeaderNames.CONTENT_LENGTH);
    }

    // After the codec has compared the body with its announced length.
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownReadComplete.INSTANCE) {
            inputEnded = true;
            if (head != null) {
                begin(true);
            }
            if (!requestEnded && exchange != null) {
                requestEnded = true;
                exchange.requestEnd(trailers);
            }
            requestEnded = true;
            if (!begun) {
                // RFC 9114 4.1.2: a stream without a request.
                reset(Http3ErrorCode.H3_REQUEST_INCOMPLETE);
            }
        }
    }

    /** Ends the stream if the client has not sent, or not let go, anything of it for too long. */
    void look(long now, EdgeLimits.Times times) {
        Exchange of = exchange;
        long rate = connection.limits().minRate();
        boolean sends = of != null && awaitsBody(of);
        boolean slowRequest = requestPace.tooSlow(now, sends, of == null ? 0 : of.bytesReceived(), rate);
        boolean slowReader = responsePace.tooSlow(now, sent < written, sent, rate);
        boolean stalled = writeStalled(now, times.write());
        if (!begun && over(now, waitingSince, times.head())) {
            connection.hit(Limit.HEAD_TIME);
            reset(Http3ErrorCode.H3_REQUEST_REJECTED);
        } else if (of != null && slowRequest) {
            of.requestTooSlow();
        } else if (of != null && sends && over(now, waitingSince, times.body())) {
            of.requestTimedOut();
        } else if (stalled || slowReader) {
            connection.hit(stalled ? Limit.WRITE_STALL : Limit.MIN_RATE);
            reset(Http3ErrorCode.H3_REQUEST_CANCELLED);
        }
    }

    private boolean awaitsBody(Exchange of) {
        return !requestEnded && reading && !of.awaitsInvitation();
    }

    private boolean writeStalled(long now, Duration limit) {
        if (sent == written || sent != sentBefore) {
            sentBefore = sent;
            sentSince = now;
        }
        return over(now, sentSince, limit);
    }

    private static boolean over(long now, long since, Duration limit) {
        return limit.isPositive() && now - since >= limit.toNanos();
    }

    @Override
    public void reading(boolean wanted) {
        boolean again = wanted && !reading;
        // Before the read, in which it may be changed again.
        reading = wanted;
        if (again) {
            waitingSince = connection.now();
            ctx().read();
        }
    }

    // -- the response

    @Override
    public void interim(HttpResponse head) {
        hold(new DefaultHttp3HeadersFrame(Http3Heads.response(head)));
        flush();
    }

    @Override
    public void head(HttpResponse head) {
        hold(new DefaultHttp3HeadersFrame(Http3Heads.response(head)));
    }

    @Override
    public void body(ByteBuf data) {
        // The codec joins the frame's head and its data by their first bytes, read or not.
        hold(new DefaultHttp3DataFrame(data.slice()));
    }

    private void hold(Http3RequestStreamFrame frame) {
        flush();
        if (closed) {
            ReferenceCountUtil.release(frame);
        } else {
            pending = frame;
        }
    }

    /** Writes what is held; QUIC's channels send what is written at once. */
    @Override
    public void flush() {
        Http3RequestStreamFrame frame = pending;
        if (frame != null) {
            pending = null;
            // What a head takes on the wire is not told, and little; one for the frame, which may be empty.
            int bytes =
                    1 + (frame instanceof Http3DataFrame data ? data.content().readableBytes() : 0);
            written += bytes;
            ctx().write(frame).addListener(done -> written(done, bytes));
        }
    }

    private void written(Future<?> done, int bytes) {
        sent += bytes;
        if (!done.isSuccess()) {
            gone();
        } else if (delivered()) {
            stopRequest();
        }
    }

    @Override
    public void end(HttpHeaders trailers) {
        exchange = null;
        if (!trailers.isEmpty()) {
            hold(new DefaultHttp3HeadersFrame(Http3Heads.trailers(trailers)));
        }
        if (closed) {
            return;
        }
        if (pending == null) {
            pending = new DefaultHttp3DataFrame(Unpooled.EMPTY_BUFFER);
        }
        responseEnded = true;
        streamEnd.lastFollows();
        flush();
        // After the end is written: reading may find that the client has reset the stream.
        if (!closed) {
            reading(true);
        }
    }

    /** Whether QUIC has all of the response, its end too: a stream that is closed before is to be cut. */
    private boolean delivered() {
        return responseEnded && sent == written;
    }

    // After an early answer the client is asked to stop sending (RFC 9114 4.1).
    private void stopRequest() {
        if (!closed && !inputEnded) {
            channel.shutdownInput(Http3ErrorCode.H3_NO_ERROR.code());
            connection.abandoned();
            close();
        }
    }

    @Override
    public boolean writable() {
        return closed || channel.isWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.clientWritable();
        }
    }

    @Override
    public void abort() {
        exchange = null;
        if (!responseEnded) {
            reset(Http3ErrorCode.H3_INTERNAL_ERROR);
        }
    }

    // -- the end

    /** Refuses the request, or cuts its response, both ways. */
    void reset(Http3ErrorCode why) {
        Exchange of = exchange;
        exchange = null;
        if (!closed) {
            // Once more for what the codec or the client has ended is nothing.
            if (!delivered()) {
                channel.shutdownOutput(why.code());
            }
            if (!inputEnded) {
                channel.shutdownInput(why.code());
            }
            connection.abandoned();
            close();
        }
        if (of != null && !of.done()) {
            of.clientGone();
        }
    }

    /** Looks whether the client has given up waiting. */
    void lookForStop() {
        if (!closed && StreamCapacity.stopped(channel)) {
            connection.clientReset();
            gone();
        }
    }

    /** The stream is of no more use. */
    void gone() {
        reset(Http3ErrorCode.H3_REQUEST_CANCELLED);
    }

    private void close() {
        closed = true;
        head = null;
        ReferenceCountUtil.release(pending);
        pending = null;
        // Later: the library may be in the middle of reading the stream.
        channel.eventLoop().execute(channel::close);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed |= responseEnded;
        gone();
        connection.ended(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // At once: the end of the stream may follow in the same turn, and is not to complete the request.
        reset(connection.streamFailed(cause));
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(context);
    }
}
