package dev.sluice.net;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.exchange.ClientStream;
import dev.sluice.exchange.Exchange;
import dev.sluice.exchange.Pace;
import dev.sluice.exchange.TunnelEnd;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 stream as the client's end of an exchange. What is received is given back to the flow-control window only
 * while the exchange reads, so a slow target slows the client down. Owned by the connection's event loop.
 */
final class Http2Client implements ClientStream {
    private final Http2Streams connection;
    private final Http2Stream stream;
    private final HttpRequest request;
    private final int headBytes;
    private @Nullable Exchange exchange;
    private boolean connect;
    private TunnelEnd.@Nullable Listener tunnel;
    private boolean requestEnded;
    private boolean responseEnded;
    // Whether nobody waits for an answer any more.
    private boolean settled;
    // Held until it is known whether the stream ends with it: the head, then the last part of the body.
    private @Nullable HttpResponse pendingHead;
    private @Nullable ByteBuf pendingBody;
    private boolean reading = true;
    private int unread;
    // By the worker's clock: when the client last sent something or was asked for it.
    private long waitingSince;
    private int window;
    private long windowSince;
    private final Pace requestPace = new Pace();
    private final Pace responsePace = new Pace();
    // Bytes of the response that are on the wire; only counted where it matters.
    private long taken;

    /**
     * @param headBytes of the request
     */
    Http2Client(Http2Streams connection, Http2Stream stream, HttpRequest request, int headBytes) {
        this.connection = connection;
        this.stream = stream;
        this.request = request;
        this.headBytes = headBytes;
    }

    int headBytes() {
        return headBytes;
    }

    void exchange(Exchange of) {
        exchange = of;
        requestEnded = !of.expectsBody();
        waitingSince = connection.now();
        windowSince = waitingSince;
    }

    /** The request is an extended CONNECT: see {@link Http2Heads}. */
    void extendedConnect(Exchange of) {
        connect = true;
        // Its end is the tunnel's.
        requestEnded = false;
        of.extendedConnect();
    }

    boolean connects() {
        return connect;
    }

    // -- the request

    /** Takes note of data; returns how many bytes of flow control are given back at once. */
    int requestData(ByteBuf data, int flowControlled, boolean end) throws Http2Exception {
        waitingSince = connection.now();
        if (tunnel != null) {
            return tunnelData(tunnel, data, flowControlled, end);
        }
        Exchange to = exchange;
        if (connect && to != null && !to.done()) {
            throw Http2Exception.streamError(stream.id(), Http2Error.PROTOCOL_ERROR, "DATA before CONNECT is answered");
        }
        if (to == null || to.done()) {
            requestEnded |= end;
            return flowControlled;
        }
        if (data.isReadable()) {
            to.requestBody(data.retain());
        }
        if (end) {
            requestEnd(EmptyHttpHeaders.INSTANCE);
        } else {
            to.requestReadComplete();
        }
        return to.done() ? flowControlled : creditNow(flowControlled);
    }

    private int tunnelData(TunnelEnd.Listener to, ByteBuf data, int flowControlled, boolean end) {
        if (data.isReadable()) {
            to.data(data.retain());
        }
        to.readComplete();
        if (end) {
            to.ended();
        }
        return creditNow(flowControlled);
    }

    // While nothing is read the client's window shrinks.
    private int creditNow(int flowControlled) {
        if (reading) {
            return flowControlled;
        }
        unread += flowControlled;
        return 0;
    }

    void requestEnd(HttpHeaders trailers) {
        if (!requestEnded && exchange != null) {
            requestEnded = true;
            exchange.requestEnd(trailers);
        }
    }

    /** Ends the stream if the client has not sent, or not let go, anything of it for too long. */
    void look(long now, EdgeLimits.Times times) {
        Exchange of = exchange;
        boolean sends = !requestEnded && !connect && reading && of != null && !of.awaitsInvitation();
        long received = of == null ? 0 : of.bytesReceived();
        boolean slowRequest = requestPace.tooSlow(now, sends, received, connection.minRate());
        boolean stalled = windowStalled(now, times.write());
        boolean held = connection.connection().remote().flowController().hasFlowControlled(stream);
        boolean slowReader = responsePace.tooSlow(now, held, taken, connection.minRate());
        if (of != null && slowRequest) {
            of.requestTooSlow();
        } else if (of != null && sends && over(now, waitingSince, times.body())) {
            of.requestTimedOut();
        } else if (stalled || slowReader) {
            connection.hit(stalled ? Limit.WRITE_STALL : Limit.MIN_RATE);
            connection.encoder().writeRstStream(ctx(), stream.id(), Http2Error.CANCEL.code(), ctx().newPromise());
            connection.flushSoon();
        }
    }

    // A client may keep a stream open for ever by not letting its response go (zero windows).
    private boolean windowStalled(long now, Duration limit) {
        Http2RemoteFlowController flow = connection.connection().remote().flowController();
        int size = flow.windowSize(stream);
        if (!flow.hasFlowControlled(stream) || size != window) {
            window = size;
            windowSince = now;
        }
        return over(now, windowSince, limit);
    }

    private static boolean over(long now, long since, Duration limit) {
        return limit.isPositive() && now - since >= limit.toNanos();
    }

    void gone() {
        if (pendingBody != null) {
            pendingBody.release();
            pendingBody = null;
        }
        Exchange of = exchange;
        exchange = null;
        if (of != null && !of.done()) {
            of.clientGone();
        }
        settle();
        if (tunnel != null) {
            tunnel.ended();
        }
    }

    void writabilityChanged() {
        if (tunnel != null) {
            tunnel.writabilityChanged();
        } else if (exchange != null) {
            exchange.clientWritable();
        }
    }

    @Override
    public void reading(boolean wanted) {
        if (wanted && !reading) {
            waitingSince = connection.now();
        }
        reading = wanted;
        if (wanted && unread > 0) {
            int bytes = unread;
            unread = 0;
            try {
                if (connection.connection().local().flowController().consumeBytes(stream, bytes)) {
                    connection.flushSoon();
                }
            } catch (Http2Exception e) {
                connection.onError(ctx(), true, e);
            }
        }
    }

    // -- the response

    @Override
    public void interim(HttpResponse head) {
        if (open()) {
            connection
                    .encoder()
                    .writeHeaders(ctx(), stream.id(), Http2Heads.response(head), 0, false, ctx().newPromise());
            connection.flushSoon();
        }
    }

    @Override
    public void head(HttpResponse head) {
        pendingHead = head;
    }

    @Override
    public void body(ByteBuf data) {
        writePendingHead(false);
        writePendingBody(false, null);
        if (open()) {
            pendingBody = data;
        } else {
            data.release();
        }
    }

    private void writePendingBody(boolean end, @Nullable ChannelPromise sent) {
        ByteBuf data = pendingBody;
        if (data != null) {
            pendingBody = null;
            ChannelPromise promise = counted(data.readableBytes(), sent == null ? ctx().newPromise() : sent);
            connection.encoder().writeData(ctx(), stream.id(), data, 0, end, promise);
        }
    }

    private ChannelPromise counted(int bytes, ChannelPromise promise) {
        if (connection.minRate() > 0) {
            promise.addListener(_ -> taken += bytes);
        }
        return promise;
    }

    @Override
    public void end(HttpHeaders trailers) {
        responseEnded = true;
        if (open()) {
            ChannelPromise sent = ctx().newPromise();
            if (pendingHead != null && trailers.isEmpty()) {
                writePendingHead(true, sent);
            } else {
                writePendingHead(false);
                writeEnd(trailers, sent);
            }
            stopRequest(sent);
        }
        exchange = null;
        settle();
        connection.flushAnswer();
    }

    private void settle() {
        if (!settled) {
            settled = true;
            connection.settled();
        }
    }

    private void writeEnd(HttpHeaders trailers, ChannelPromise sent) {
        if (trailers.isEmpty() && pendingBody != null) {
            writePendingBody(true, sent);
            return;
        }
        writePendingBody(false, null);
        if (trailers.isEmpty()) {
            connection.encoder().writeData(ctx(), stream.id(), Unpooled.EMPTY_BUFFER, 0, true, sent);
        } else {
            connection.encoder().writeHeaders(ctx(), stream.id(), Http2Heads.trailers(trailers), 0, true, sent);
        }
    }

    // RFC 9113 8.1: after an early answer, when all of it is sent, the client is asked to stop sending.
    private void stopRequest(ChannelPromise answerSent) {
        reading(true);
        if (!requestEnded) {
            answerSent.addListener(_ -> {
                if (stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
                    connection
                            .encoder()
                            .writeRstStream(ctx(), stream.id(), Http2Error.NO_ERROR.code(), ctx().newPromise());
                    connection.flushSoon();
                }
            });
        }
    }

    private void writePendingHead(boolean end) {
        writePendingHead(end, ctx().newPromise());
    }

    private void writePendingHead(boolean end, ChannelPromise sent) {
        HttpResponse head = pendingHead;
        if (head != null) {
            pendingHead = null;
            if (open()) {
                connection.encoder().writeHeaders(ctx(), stream.id(), Http2Heads.response(head), 0, end, sent);
            }
        }
    }

    @Override
    public void flush() {
        writePendingHead(false);
        writePendingBody(false, null);
        connection.flushSoon();
    }

    @Override
    public boolean writable() {
        return !open() || connection.connection().remote().flowController().isWritable(stream);
    }

    @Override
    public void abort() {
        exchange = null;
        if (open() && !responseEnded) {
            connection
                    .encoder()
                    .writeRstStream(ctx(), stream.id(), Http2Error.INTERNAL_ERROR.code(), ctx().newPromise());
            connection.flushSoon();
        }
        settle();
    }

    @Override
    public boolean upgradable(HttpResponse head) {
        return connect && WebSocketKeys.accepted(request.headers(), head.headers());
    }

    // RFC 8441 5: 200 is for the client what 101 is from the target.
    @Override
    public TunnelEnd upgrade(HttpResponse head, TunnelEnd.Listener listener) {
        tunnel = listener;
        exchange = null;
        head.setStatus(HttpResponseStatus.OK);
        head.headers().remove(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT).remove(HttpHeaderNames.CONTENT_LENGTH);
        pendingHead = head;
        flush();
        settle();
        return new Http2Tunnel(connection, this, stream);
    }

    boolean open() {
        Http2Stream.State state = stream.state();
        return state == Http2Stream.State.OPEN || state == Http2Stream.State.HALF_CLOSED_REMOTE;
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(connection.ctx());
    }
}
