package dev.sluice.upstream;

import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import dev.sluice.service.HealthResult;
import dev.sluice.wire.FieldList;
import dev.sluice.wire.MalformedMessage;
import dev.sluice.wire.MessageListener;
import dev.sluice.wire.MessageWriter;
import dev.sluice.wire.ResponseReader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One request of a health check and what comes of it, read as strictly as answers to visitors are: what they would not
 * get is not healthy. On an event loop but for {@link #result}, {@link #timeOutWith} and {@link #close}.
 */
final class HealthExchange implements Connector.Answer {
    /** As much of a refusing body as is shown to the operator. */
    private static final int BODY_SHOWN = 200;
    /** What a TLS server says to plain HTTP begins with it: the record type of an alert (RFC 8446 5.1). */
    private static final int TLS_ALERT = 21;

    private final NettyHealthProbe.Hop hop;
    private final ProxyProtocol header;
    private final CompletableFuture<HealthResult> result = new CompletableFuture<>();
    private final StringBuilder body = new StringBuilder();
    private volatile @Nullable Channel channel;
    private volatile @Nullable Future<?> timeout;
    private @Nullable HttpResponse head;

    HealthExchange(NettyHealthProbe.Hop hop, ProxyProtocol header) {
        this.hop = hop;
        this.header = header;
    }

    CompletableFuture<HealthResult> result() {
        return result;
    }

    /** The task that tells this exchange when its time is over; ended with it. */
    void timeOutWith(Future<?> task) {
        timeout = task;
    }

    void timedOut() {
        result.complete(new HealthResult.TimedOut(channel != null));
    }

    /** For the channels to a name's addresses, one after the other, until one is connected. */
    ChannelHandler initializer() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                ch.pipeline().addLast(new Connection(ch));
            }
        };
    }

    @Override
    public void connected(Channel ch) {
        channel = ch;
        if (result.isDone()) {
            ch.close();
            return;
        }
        if (header != ProxyProtocol.NONE) {
            ProxyHeader.writeOwn(ch, header);
        }
        HttpHeaders fields = new FieldList()
                .add(HttpHeaderNames.HOST, hop.host())
                .add(HttpHeaderNames.USER_AGENT, "kamal-proxy")
                .add(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        MessageWriter writer = new MessageWriter(ch, ch.alloc());
        writer.request(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, hop.target(), fields), null);
        writer.flush();
    }

    @Override
    public void failed(UpstreamFailure failure) {
        result.complete(
                switch (failure.kind()) {
                    case NAME_UNKNOWN ->
                        new HealthResult.NameUnknown(hop.address().host(), "no such host");
                    case CONNECT_TIMEOUT -> new HealthResult.TimedOut(false);
                    default -> new HealthResult.Refused(hop.address().authority(hop.port()), reason(failure));
                });
    }

    private static String reason(UpstreamFailure failure) {
        int connect = failure.detail().indexOf("connect: ");
        return connect < 0 ? failure.detail() : failure.detail().substring(connect + "connect: ".length());
    }

    /** Reads what comes of the answer. */
    private final class Connection extends ChannelInboundHandlerAdapter implements MessageListener<HttpResponse> {
        private final ResponseReader reader;
        private boolean begun;
        private boolean tls;

        Connection(Channel channel) {
            this.reader = new ResponseReader(this, channel.alloc(), UpstreamConnection.LIMITS);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf data = (ByteBuf) msg;
            if (!begun && data.isReadable()) {
                begun = true;
                tls = data.getByte(data.readerIndex()) == TLS_ALERT;
            }
            reader.read(data);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            reader.ended();
            if (head == null) {
                bad("the connection was closed without an answer");
            } else {
                refused();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            bad(printable(String.valueOf(cause.getMessage())));
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            reader.close();
        }

        @Override
        public boolean ready() {
            return !result.isDone();
        }

        @Override
        public void head(HttpResponse response) {
            HttpResponseStatus status = response.status();
            if (status.code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
                head = response;
                refused();
            } else if (status.codeClass() != HttpStatusClass.INFORMATIONAL) {
                head = response;
                if (status.codeClass() == HttpStatusClass.SUCCESS) {
                    result.complete(new HealthResult.Healthy(status.code()));
                }
            }
        }

        @Override
        public void body(ByteBuf data) {
            if (!result.isDone()) {
                int length = Math.min(data.readableBytes(), BODY_SHOWN - body.length());
                body.append(data.toString(data.readerIndex(), length, StandardCharsets.UTF_8));
            }
            data.release();
            if (body.length() >= BODY_SHOWN) {
                refused();
            }
        }

        @Override
        public void end(HttpHeaders trailers) {
            if (head != null) {
                refused();
                finish(channel);
            }
        }

        @Override
        public void malformed(MalformedMessage why) {
            bad("malformed HTTP response: " + printable(String.valueOf(why.getMessage())));
        }

        private void bad(String why) {
            result.complete(new HealthResult.BadAnswer(why, tls));
        }
    }

    // By its status, unless that was a good one.
    private void refused() {
        HttpResponse response = head;
        if (response != null && !result.isDone()) {
            String location = response.headers().get(HttpHeaderNames.LOCATION, "");
            result.complete(new HealthResult.WrongStatus(
                    response.status().code(), printable(body.toString()), printable(location)));
        }
    }

    private static String printable(String text) {
        return text.strip().replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?");
    }

    /** Ends what is left of it. Most answers have ended by now, and their connections with them. */
    void close() {
        result.cancel(false);
        Channel ch = channel;
        if (ch == null || ch.isOpen()) {
            finish(ch);
        }
    }

    private void finish(@Nullable Channel ch) {
        Future<?> waiting = timeout;
        if (waiting != null) {
            waiting.cancel(false);
        }
        if (ch != null) {
            ch.close();
        }
    }
}
