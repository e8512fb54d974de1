package dev.sluice.net;

import dev.sluice.edge.EdgeLimits;
import dev.sluice.edge.Limit;
import dev.sluice.exchange.ClientConnection;
import dev.sluice.exchange.ConnectionInfo;
import dev.sluice.exchange.Exchange;
import dev.sluice.exchange.RequestPath;
import dev.sluice.exchange.Worker;
import dev.sluice.exchange.WriteStall;
import dev.sluice.http.HostName;
import dev.sluice.http.RequestTarget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 client connection (RFC 9113): frames become the events of an exchange a stream, without a channel for each
 * stream. Owned by its event loop.
 */
final class Http2Streams extends Http2ConnectionHandler implements ClientConnection {
    // Heads of requests that a connection may have at once, together; one that is allowed to be larger may.
    private static final int HEADS_BYTES = 1 << 20;
    // RFC 7541 4.1: what a field takes besides its bytes.
    private static final int FIELD_BYTES = 32;
    // How long streams under way may go on after GOAWAY; the daemon's own shutdown is shorter.
    private static final Duration GRACE = Duration.ofSeconds(30);

    private final RequestPath path;
    private final Worker worker;
    private final ConnectionInfo info;
    private final Http2Floods floods;
    private final Http2Connection.PropertyKey streamKey;
    private @Nullable ChannelHandlerContext context;
    // Something was written since the last flush; whether the loop has it on its list to flush.
    private boolean unflushed;
    private boolean flushes;
    // What comes of a read is flushed when it has ended.
    private boolean inRead;
    // Streams that wait for an answer.
    private int unanswered;
    private final WriteStall stall = new WriteStall();
    private boolean served;
    private int headsBytes;
    private long idleSince;

    private Http2Streams(
            Http2ConnectionDecoder decoder,
            Http2Floods encoder,
            Http2Settings settings,
            RequestPath path,
            Worker worker,
            ConnectionInfo info) {
        super(decoder, encoder, settings);
        this.path = path;
        this.worker = worker;
        this.info = info;
        this.floods = encoder;
        this.streamKey = encoder.connection().newKey();
        gracefulShutdownTimeoutMillis(GRACE.toMillis());
        encoder.connection().addListener(new Streams());
        encoder.connection().remote().flowController().listener(this::writabilityChanged);
    }

    static Http2Streams create(RequestPath path, Worker worker, ConnectionInfo info) {
        EdgeLimits limits = worker.limits();
        EdgeLimits.Http2 http2 = limits.http2();
        Http2Settings settings = Http2Settings.defaultSettings()
                .maxConcurrentStreams(http2.streams())
                .maxHeaderListSize(limits.heads().bytes())
                .initialWindowSize(http2.streamWindow())
                .connectProtocolEnabled(true);
        Http2Connection connection = new DefaultHttp2Connection(true);
        // At once, not only when the client has acknowledged the settings.
        connection.remote().maxActiveStreams(http2.streams());
        // Clients' priorities are not looked at (RFC 9113 5.3); a queue weighted by them would cost a node a stream.
        connection
                .remote()
                .flowController(
                        new DefaultHttp2RemoteFlowController(connection, new UniformStreamByteDistributor(connection)));
        SentFrames sent = new SentFrames(new DefaultHttp2FrameWriter());
        Http2Floods encoder = new Http2Floods(
                new DefaultHttp2ConnectionEncoder(connection, sent),
                sent,
                http2,
                worker.limitHits(),
                info.peerAddress());
        Http2FrameReader reader = new Http2StreamOrder(
                new DefaultHttp2FrameReader(
                        CountedHeaders.decoder(
                                limits.heads().bytes(), limits.heads().fields()),
                        http2.smallContinuations()),
                connection,
                encoder);
        Http2ConnectionDecoder decoder = new DefaultHttp2ConnectionDecoder(connection, encoder, reader);
        Http2Streams streams = new Http2Streams(decoder, encoder, settings, path, worker, info);
        decoder.frameListener(streams.new Frames());
        return streams;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
        worker.opened(this);
        idleSince = worker.now();
        growConnectionWindow();
    }

    // SETTINGS only sets the streams' windows; the connection's grows by WINDOW_UPDATE.
    private void growConnectionWindow() throws Http2Exception {
        Http2Stream connection = connection().connectionStream();
        int now = connection().local().flowController().windowSize(connection);
        connection()
                .local()
                .flowController()
                .incrementWindowSize(connection, worker.limits().http2().connectionWindow() - now);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        worker.closed(this);
        super.channelInactive(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        inRead = true;
        super.channelRead(ctx, msg);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        inRead = false;
        unflushed = false;
        super.channelReadComplete(ctx);
    }

    long now() {
        return worker.now();
    }

    long minRate() {
        return worker.limits().minRate();
    }

    void hit(Limit limit) {
        worker.limitHits().hit(limit, info.peerAddress());
    }

    @Override
    public void look(long now) {
        EdgeLimits.Times times = worker.times();
        if (stall.at(ctx().channel(), now, times.write())) {
            hit(Limit.WRITE_STALL);
            close();
        } else if (connection().numActiveStreams() == 0) {
            lookIdle(now, served ? times.keepAlive() : times.head());
        } else {
            lookAtStreams(now, times);
        }
    }

    private void lookIdle(long now, Duration limit) {
        if (limit.isPositive() && now - idleSince >= limit.toNanos()) {
            hit(served ? Limit.KEEP_ALIVE : Limit.HEAD_TIME);
            finish();
        }
    }

    private void lookAtStreams(long now, EdgeLimits.Times times) {
        idleSince = now;
        try {
            connection().forEachActiveStream(stream -> {
                Http2Client client = client(stream);
                if (client != null) {
                    client.look(now, times);
                }
                return true;
            });
        } catch (Http2Exception e) {
            onError(ctx(), true, e);
        }
    }

    /** Flushes once, at the end of the loop's turn, for all streams that asked for it. */
    void flushSoon() {
        unflushed = true;
        if (!flushes) {
            flushes = true;
            ctx().executor().execute(() -> {
                flushes = false;
                if (unflushed) {
                    flushNow();
                }
            });
        }
    }

    private void flushNow() {
        unflushed = false;
        flush(ctx());
    }

    /** One of the streams waits for an answer no more. */
    void settled() {
        unanswered--;
    }

    /** An answer is whole. When no stream waits for another one, nothing more can leave together with it. */
    void flushAnswer() {
        if (unanswered == 0 && !inRead) {
            flushNow();
        } else {
            flushSoon();
        }
    }

    @Override
    public void finish() {
        // Through this handler, which sends GOAWAY now and closes the connection when its streams are done.
        ctx().channel().close();
    }

    @Override
    public boolean busy() {
        // After GOAWAY the connection closes when its last stream is done.
        return true;
    }

    @Override
    public void close() {
        // Past this handler, which would wait for its streams.
        ctx().close();
    }

    ChannelHandlerContext ctx() {
        return Objects.requireNonNull(context);
    }

    private @Nullable Http2Client client(Http2Stream stream) {
        return stream.getProperty(streamKey);
    }

    private void writabilityChanged(Http2Stream stream) {
        Http2Client client = client(stream);
        if (client != null) {
            client.writabilityChanged();
        }
    }

    private void begin(int streamId, Http2Headers headers, boolean end) throws Http2Exception {
        HttpRequest request = Http2Heads.request(streamId, headers, end);
        CharSequence protocol = Http2Heads.protocol(headers);
        if (protocol != null && !AsciiString.contentEqualsIgnoreCase(protocol, HttpHeaderValues.WEBSOCKET)) {
            refuseProtocol(streamId);
            return;
        }
        String authority = Objects.requireNonNull(request.headers().get("host"));
        RequestTarget target = RequestTarget.parse(request.uri());
        if (target == null) {
            throw Http2Exception.streamError(streamId, Http2Error.PROTOCOL_ERROR, "malformed :path");
        }
        Http2Stream stream = connection().stream(streamId);
        int bytes = bytes(headers);
        if (headsBytes + bytes > Math.max(HEADS_BYTES, worker.limits().heads().bytes())) {
            hit(Limit.HEADS_TOTAL);
            throw Http2Exception.streamError(streamId, Http2Error.REFUSED_STREAM, "heads of streams are too large");
        }
        headsBytes += bytes;
        Http2Client client = new Http2Client(this, stream, request, bytes);
        Exchange exchange =
                new Exchange(path, worker, client, info, request, target, authority, HostName.normalise(authority));
        exchange.protocol("HTTP/2.0");
        client.exchange(exchange);
        if (protocol != null) {
            client.extendedConnect(exchange);
        }
        stream.setProperty(streamKey, client);
        served = true;
        unanswered++;
        path.receive(exchange);
    }

    // RFC 9220 3 says with what; nothing but WebSockets has a way to be asked for in HTTP/1.1.
    private void refuseProtocol(int streamId) {
        Http2Headers answer = new DefaultHttp2Headers(false, 1).status(HttpResponseStatus.NOT_IMPLEMENTED.codeAsText());
        encoder().writeHeaders(ctx(), streamId, answer, 0, true, ctx().newPromise());
        encoder().writeRstStream(ctx(), streamId, Http2Error.NO_ERROR.code(), ctx().newPromise());
        flushSoon();
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception failure) {
        // The frame reader's own limit; the others are counted where they strike.
        if (failure != null
                && failure.error() == Http2Error.ENHANCE_YOUR_CALM
                && String.valueOf(failure.getMessage()).contains("continuations")) {
            hit(Limit.CONTINUATION);
        }
        super.onConnectionError(ctx, outbound, cause, failure);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception.StreamException failure) {
        if (failure instanceof Http2Exception.HeaderListSizeException) {
            hit(Limit.HEAD_BYTES);
        } else if (failure.error() == Http2Error.REFUSED_STREAM && connection().stream(failure.streamId()) == null) {
            hit(Limit.STREAMS);
        }
        super.onStreamError(ctx, outbound, cause, failure);
    }

    private static int bytes(Http2Headers headers) {
        int bytes = 0;
        for (Map.Entry<CharSequence, CharSequence> field : headers) {
            bytes += field.getKey().length() + field.getValue().length() + FIELD_BYTES;
        }
        return bytes;
    }

    private void checkFields(int streamId, Http2Headers headers) throws Http2Exception {
        if (headers instanceof CountedHeaders counted && counted.excess()) {
            hit(Limit.HEAD_FIELDS);
            throw Http2Exception.streamError(streamId, Http2Error.ENHANCE_YOUR_CALM, "too many header fields");
        }
    }

    /** What the frames say. */
    private final class Frames extends Http2EventAdapter {

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int streamId,
                Http2Headers headers,
                int streamDependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end)
                throws Http2Exception {
            onHeadersRead(ctx, streamId, headers, padding, end);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean end)
                throws Http2Exception {
            checkFields(streamId, headers);
            Http2Stream stream = connection().stream(streamId);
            Http2Client client = stream == null ? null : client(stream);
            if (client == null) {
                begin(streamId, headers, end);
                return;
            }
            if (!end) {
                throw Http2Exception.streamError(streamId, Http2Error.PROTOCOL_ERROR, "trailers without END_STREAM");
            }
            if (client.connects()) {
                throw Http2Exception.streamError(streamId, Http2Error.PROTOCOL_ERROR, "HEADERS in a tunnel");
            }
            HttpHeaders trailers = Http2Heads.trailers(streamId, headers);
            client.requestEnd(trailers);
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end)
                throws Http2Exception {
            floods.data(!data.isReadable() && !end);
            Http2Client client = client(connection().stream(streamId));
            int length = data.readableBytes() + padding;
            return client == null ? length : client.requestData(data, length, end);
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) throws Http2Exception {
            floods.clientReset();
            Http2Stream stream = connection().stream(streamId);
            Http2Client client = stream == null ? null : client(stream);
            if (client != null) {
                client.gone();
            }
        }
    }

    /** What becomes of the streams. */
    private final class Streams extends Http2EventAdapter {
        @Override
        public void onStreamClosed(Http2Stream stream) {
            Http2Client client = client(stream);
            if (client != null) {
                headsBytes -= client.headBytes();
                client.gone();
            }
        }
    }
}
