package dev.sluice.tls;

import dev.sluice.observe.Events;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * First handler of the TLS port: waits for the whole ClientHello, finds the certificate for its server name, waits
 * for one that is being obtained, and gives way to an {@link SslHandler}. Refuses handshakes without a certificate with an alert, and tells those who speak plain
 * HTTP. One per connection, on its event loop.
 */
public final class ClientHelloGate extends AbstractSniHandler<Certificate> {
    /** Where a connection comes from when a load balancer in front says so; unset when it comes from its peer. */
    public static final AttributeKey<InetSocketAddress> CLIENT = AttributeKey.valueOf(ClientHelloGate.class, "client");

    /** What the client asked for, in lower case; not set when that is nothing. */
    public static final AttributeKey<String> SERVER_NAME = AttributeKey.valueOf(ClientHelloGate.class, "serverName");

    /** From the connection to its ClientHello, and from there to the end of the handshake. */
    private static final long HANDSHAKE_TIMEOUT_MILLIS = 10_000;

    /** For a certificate that is obtained during the handshake. Few clients wait longer for an answer. */
    private static final long OBTAIN_TIMEOUT_MILLIS = 60_000;

    // A real one has 2 KiB at most, with post-quantum key shares; BoringSSL takes no more than this.
    private static final int MAX_HELLO_BYTES = 16 * 1024;

    // Fatal internal_error (RFC 8446 6) in a plain record, which every version understands at this point.
    private static final byte[] INTERNAL_ERROR = {21, 3, 3, 0, 2, 2, 80};

    private static final String PLAIN_HTTP_BODY = "Client sent an HTTP request to an HTTPS server.\n";
    private static final byte[] PLAIN_HTTP_ANSWER =
            ("HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
                            + PLAIN_HTTP_BODY)
                    .getBytes(StandardCharsets.US_ASCII);

    private enum State {
        SILENT,
        SPEAKING,
        DECIDED
    }

    private final CertificateLookup lookup;
    private final SniContexts contexts;
    private final HandshakeFailures failures;
    private State state = State.SILENT;
    private boolean expired;
    private boolean obtaining;
    private @Nullable ScheduledFuture<?> timeout;
    private @Nullable ByteBuf message;

    /**
     * @param failures counts the handshakes that came to nothing
     */
    public ClientHelloGate(CertificateLookup lookup, SniContexts contexts, HandshakeFailures failures) {
        // Its own timeout has one length only.
        super(MAX_HELLO_BYTES, 0);
        this.lookup = lookup;
        this.contexts = contexts;
        this.failures = failures;
    }

    /** Where a connection comes from. */
    public static @Nullable SocketAddress client(Channel channel) {
        InetSocketAddress told = channel.attr(CLIENT).get();
        return told == null ? channel.remoteAddress() : told;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        if (ctx.channel().isActive()) {
            expireAfter(ctx, HANDSHAKE_TIMEOUT_MILLIS);
        }
        super.handlerAdded(ctx);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        if (timeout == null) {
            expireAfter(ctx, HANDSHAKE_TIMEOUT_MILLIS);
        }
        super.channelActive(ctx);
    }

    private void expireAfter(ChannelHandlerContext ctx, long millis) {
        stopTimeout();
        timeout = ctx.executor()
                .schedule(
                        () -> {
                            expired = true;
                            ctx.close();
                        },
                        millis,
                        TimeUnit.MILLISECONDS);
    }

    private void stopTimeout() {
        if (timeout != null) {
            timeout.cancel(false);
            timeout = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (state == State.DECIDED) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (state == State.SILENT && message instanceof ByteBuf bytes && bytes.isReadable()) {
            state = State.SPEAKING;
            if (plainHttp(bytes)) {
                bytes.release();
                refuse(ctx, null, HandshakeFailures.Cause.PLAIN_HTTP, "plain HTTP on the TLS port", PLAIN_HTTP_ANSWER);
                return;
            }
        }
        super.channelRead(ctx, message);
    }

    // A method's first letter; TLS records begin with 20 to 23.
    private static boolean plainHttp(ByteBuf bytes) {
        byte first = bytes.getByte(bytes.readerIndex());
        return first >= 'A' && first <= 'Z';
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (state == State.DECIDED) {
            in.skipBytes(in.readableBytes());
        } else {
            super.decode(ctx, in, out);
        }
    }

    @Override
    protected Future<Certificate> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf clientHello) throws Exception {
        message = clientHello;
        try {
            return super.lookup(ctx, clientHello);
        } finally {
            message = null;
        }
    }

    @Override
    protected Future<Certificate> lookup(ChannelHandlerContext ctx, @Nullable String serverName) {
        ClientHello hello = ClientHello.read(serverName, ctx.channel(), message);
        Certificate certificate = lookup.find(hello);
        if (certificate != null) {
            return contexts.prepared(certificate, ctx.executor());
        }
        CompletionStage<Certificate> obtained = lookup.obtain(hello);
        if (obtained == null) {
            return ctx.executor().newFailedFuture(new CertificateUnusable("no certificate for this server name"));
        }
        obtaining = true;
        expireAfter(ctx, OBTAIN_TIMEOUT_MILLIS);
        return prepared(obtained, ctx);
    }

    // The stage may end on any thread, and while a context is made for its certificate.
    private Future<Certificate> prepared(CompletionStage<Certificate> obtained, ChannelHandlerContext ctx) {
        Promise<Certificate> promise = ctx.executor().newPromise();
        obtained.whenComplete((certificate, failure) -> {
            if (failure != null) {
                boolean wrapped = failure instanceof CompletionException && failure.getCause() != null;
                promise.tryFailure(wrapped ? failure.getCause() : failure);
            } else {
                contexts.prepared(certificate, ctx.executor()).addListener((Future<Certificate> ready) -> {
                    if (ready.isSuccess()) {
                        promise.trySuccess(ready.getNow());
                    } else {
                        promise.tryFailure(ready.cause());
                    }
                });
            }
        });
        return promise;
    }

    @Override
    protected void onLookupComplete(
            ChannelHandlerContext ctx, @Nullable String serverName, Future<Certificate> certificate) {
        if (state == State.DECIDED) {
            return;
        }
        if (!certificate.isSuccess()) {
            Throwable why = certificate.cause();
            refuse(ctx, serverName, kindOf(why, serverName), String.valueOf(why.getMessage()), INTERNAL_ERROR);
            return;
        }
        stopTimeout();
        state = State.DECIDED;
        if (serverName != null) {
            ctx.channel().attr(SERVER_NAME).set(ClientHello.withoutDot(serverName));
        }
        secure(ctx, serverName, contexts.newHandler(certificate.getNow(), ctx.alloc()));
    }

    private void secure(ChannelHandlerContext ctx, @Nullable String serverName, SslHandler handler) {
        handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT_MILLIS);
        handler.handshakeFuture().addListener(handshake -> {
            if (!handshake.isSuccess()) {
                Throwable why = handshake.cause();
                failed(ctx, serverName, HandshakeFailures.Cause.of(why), String.valueOf(why));
            }
        });
        boolean placed = false;
        try {
            ctx.pipeline().replace(this, "tls", handler);
            placed = true;
        } finally {
            if (!placed) {
                ReferenceCountUtil.release(handler.engine());
            }
        }
    }

    private HandshakeFailures.Cause kindOf(Throwable why, @Nullable String serverName) {
        if (why instanceof NameNotAllowed) {
            return HandshakeFailures.Cause.NOT_ALLOWED;
        }
        if (obtaining || !(why instanceof CertificateUnusable)) {
            return HandshakeFailures.Cause.NOT_OBTAINED;
        }
        return serverName == null ? HandshakeFailures.Cause.NO_NAME : HandshakeFailures.Cause.UNKNOWN_NAME;
    }

    private void refuse(
            ChannelHandlerContext ctx,
            @Nullable String serverName,
            HandshakeFailures.Cause cause,
            String reason,
            byte[] answer) {
        state = State.DECIDED;
        stopTimeout();
        failed(ctx, serverName, cause, reason);
        ctx.writeAndFlush(Unpooled.wrappedBuffer(answer)).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        // One that never spoke was a port check, no handshake.
        if (state == State.SPEAKING) {
            HandshakeFailures.Cause cause =
                    expired ? HandshakeFailures.Cause.TIMED_OUT : HandshakeFailures.Cause.CLIENT_LEFT;
            failed(ctx, null, cause, "closed before a certificate was chosen");
        }
        state = State.DECIDED;
        stopTimeout();
        super.channelInactive(ctx);
    }

    private void failed(
            ChannelHandlerContext ctx, @Nullable String serverName, HandshakeFailures.Cause cause, String reason) {
        failures.add(cause, ctx.executor());
        if (Events.debugging()) {
            Events.debug(
                    "TLS handshake failed",
                    "client",
                    String.valueOf(client(ctx.channel())),
                    "server_name",
                    serverName,
                    "error",
                    reason);
        }
    }
}
