package dev.sluice.upstream;

import dev.sluice.service.ControlFailure;
import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import dev.sluice.service.HealthCheckOptions;
import dev.sluice.service.HealthProbe;
import dev.sluice.service.HealthResult;
import dev.sluice.service.TargetAddress;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Checks a target's health with one GET on a fresh connection, following redirects over plain HTTP. Blocks the calling
 * virtual thread; the network is on an event loop.
 */
public final class NettyHealthProbe implements HealthProbe {
    private static final int MAX_HOPS = 10;
    /** As much of a refusing body as is shown to the operator. */
    private static final int BODY_SHOWN = 200;

    private final EventLoopGroup loops;
    private final Connector connector;

    public NettyHealthProbe(EventLoopGroup loops, Connector connector) {
        this.loops = loops;
        this.connector = connector;
    }

    @Override
    public HealthResult probe(TargetAddress address, HealthCheckOptions options) throws InterruptedException {
        return probe(address, options, ProxyProtocol.NONE);
    }

    @Override
    public HealthResult probe(TargetAddress address, HealthCheckOptions options, ProxyProtocol header)
            throws InterruptedException {
        long deadline = System.nanoTime() + options.timeout().toNanos();
        int port = options.port() > 0 ? options.port() : address.port();
        String host = options.host().isEmpty() ? address.authority(port) : options.host();
        Hop hop = new Hop(address, port, host, options.requestPath().replace("?", "%3F"));
        for (int hops = 0; hops <= MAX_HOPS; hops++) {
            HealthResult result = get(hop, deadline, hop.port() == address.port() ? header : ProxyProtocol.NONE);
            Hop next = result instanceof HealthResult.WrongStatus wrong ? follow(hop, wrong) : null;
            if (next == null) {
                return result;
            }
            hop = next;
        }
        return new HealthResult.BadAnswer("stopped after " + MAX_HOPS + " redirects", false);
    }

    private record Hop(TargetAddress address, int port, String host, String target) {}

    // Null: this answer is the last one. https is not followed; it would be another server's word.
    private static @Nullable Hop follow(Hop hop, HealthResult.WrongStatus answer) {
        boolean redirect = switch (answer.status()) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
        if (!redirect || answer.location().isEmpty()) {
            return null;
        }
        try {
            URI base = URI.create("http://" + hop.address().authority(hop.port()) + hop.target());
            URI to = base.resolve(answer.location());
            if (!"http".equals(to.getScheme()) || to.getHost() == null) {
                return null;
            }
            String path = to.getRawPath().isEmpty() ? "/" : to.getRawPath();
            String target = to.getRawQuery() == null ? path : path + "?" + to.getRawQuery();
            if (to.getRawAuthority().equals(base.getRawAuthority())) {
                boolean relative = !answer.location().startsWith("http:");
                return new Hop(hop.address(), hop.port(), relative ? hop.host() : to.getRawAuthority(), target);
            }
            TargetAddress elsewhere = TargetAddress.parse(to.getRawAuthority());
            return new Hop(elsewhere, elsewhere.port(), to.getRawAuthority(), target);
        } catch (IllegalArgumentException | ControlFailure e) {
            return null;
        }
    }

    private HealthResult get(Hop hop, long deadline, ProxyProtocol header) throws InterruptedException {
        Answer answer = new Answer(hop, header);
        EventLoop loop = loops.next();
        answer.timeout = loop.schedule(answer::timedOut, deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        connector.connect(loop, hop.address(), hop.port(), answer.initializer(), answer);
        try {
            // A wait with a limit would wake two more threads for each check.
            return answer.result.get();
        } catch (ExecutionException e) {
            return new HealthResult.BadAnswer(String.valueOf(e.getCause()), false);
        } finally {
            answer.close();
        }
    }

    /** One request and what comes of it. Sharable by the channels to a name's addresses, of which one succeeds. */
    @ChannelHandler.Sharable
    private static final class Answer extends ChannelInboundHandlerAdapter implements Connector.Answer {
        private final CompletableFuture<HealthResult> result = new CompletableFuture<>();
        private final Hop hop;
        private final ProxyProtocol header;
        private final StringBuilder body = new StringBuilder();
        private volatile @Nullable Channel channel;
        private volatile @Nullable Future<?> timeout;
        private volatile boolean connected;
        private @Nullable HttpResponse head;
        private boolean tls;

        Answer(Hop hop, ProxyProtocol header) {
            this.hop = hop;
            this.header = header;
        }

        ChannelInitializer<Channel> initializer() {
            return new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel ch) {
                    ch.pipeline().addLast(new FirstByte(), new HttpClientCodec(), Answer.this);
                }
            };
        }

        @Override
        public void connected(Channel ch) {
            channel = ch;
            connected = true;
            if (result.isDone()) {
                ch.close();
                return;
            }
            FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, hop.target());
            request.headers()
                    .set(HttpHeaderNames.HOST, hop.host())
                    .set(HttpHeaderNames.USER_AGENT, "kamal-proxy")
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            if (header != ProxyProtocol.NONE) {
                ProxyHeader.writeOwn(ch, header);
            }
            ch.writeAndFlush(request);
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

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            try {
                if (msg instanceof HttpResponse response) {
                    readHead(response);
                }
                if (msg instanceof HttpContent content) {
                    readBody(content);
                }
                if (msg instanceof LastHttpContent && result.isDone()) {
                    end(ctx.channel());
                }
            } finally {
                ReferenceCountUtil.release(msg);
            }
        }

        private void readHead(HttpResponse response) {
            if (response.decoderResult().isFailure()) {
                String cause = String.valueOf(response.decoderResult().cause().getMessage());
                result.complete(new HealthResult.BadAnswer("malformed HTTP response: " + printable(cause), tls));
            } else if (response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
                head = response;
                if (response.status().codeClass() == HttpStatusClass.SUCCESS) {
                    result.complete(new HealthResult.Healthy(response.status().code()));
                }
            }
        }

        private void readBody(HttpContent content) {
            HttpResponse response = head;
            if (response == null || result.isDone()) {
                return;
            }
            ByteBuf data = content.content();
            int length = Math.min(data.readableBytes(), BODY_SHOWN - body.length());
            body.append(data.toString(data.readerIndex(), length, StandardCharsets.UTF_8));
            if (content instanceof LastHttpContent || body.length() >= BODY_SHOWN) {
                wrongStatus(response);
            }
        }

        private void wrongStatus(HttpResponse response) {
            String location = response.headers().get(HttpHeaderNames.LOCATION, "");
            result.complete(new HealthResult.WrongStatus(
                    response.status().code(), printable(body.toString()), printable(location)));
        }

        private static String printable(String text) {
            return text.strip().replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?");
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!result.isDone() && head != null) {
                wrongStatus(head);
            } else {
                result.complete(new HealthResult.BadAnswer("the connection was closed without an answer", tls));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            result.complete(new HealthResult.BadAnswer(printable(String.valueOf(cause.getMessage())), false));
        }

        /** What an app says that expects TLS: an alert, which begins with 21 (RFC 8446 5.1). */
        private final class FirstByte extends ChannelInboundHandlerAdapter {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                tls = msg instanceof ByteBuf data && data.isReadable() && data.getByte(data.readerIndex()) == 21;
                ctx.fireChannelRead(msg);
                ctx.pipeline().remove(this);
            }
        }

        void timedOut() {
            result.complete(new HealthResult.TimedOut(connected));
        }

        // Most answers have ended by now, and their connections with them.
        void close() {
            result.cancel(false);
            Channel ch = channel;
            if (ch == null || ch.isOpen()) {
                end(ch);
            }
        }

        private void end(@Nullable Channel ch) {
            Future<?> waiting = timeout;
            if (waiting != null) {
                waiting.cancel(false);
            }
            if (ch != null) {
                ch.close();
            }
        }
    }
}
