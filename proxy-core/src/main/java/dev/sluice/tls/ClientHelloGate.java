package dev.sluice.tls;

import dev.sluice.observe.Events;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * First handler of the TLS port: waits for the whole ClientHello, finds the certificate for its server name, and gives
 * way to an {@link SslHandler}. Refuses handshakes without a certificate with an alert, and tells those who speak plain
 * HTTP. One per connection, on its event loop.
 */
public final class ClientHelloGate extends AbstractSniHandler<Certificate> {
    /** From the connection to its ClientHello, and from there to the end of the handshake. */
    private static final long HANDSHAKE_TIMEOUT_MILLIS = 10_000;

    // A real one has 2 KiB at most, with post-quantum key shares.
    private static final int MAX_HELLO_BYTES = 64 * 1024;

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
    private final LongAdder failures;
    private State state = State.SILENT;

    /**
     * @param failures counts the handshakes that came to nothing
     */
    public ClientHelloGate(CertificateLookup lookup, SniContexts contexts, LongAdder failures) {
        super(MAX_HELLO_BYTES, HANDSHAKE_TIMEOUT_MILLIS);
        this.lookup = lookup;
        this.contexts = contexts;
        this.failures = failures;
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
                refuse(ctx, null, "plain HTTP on the TLS port", PLAIN_HTTP_ANSWER);
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
    protected Future<Certificate> lookup(ChannelHandlerContext ctx, @Nullable String serverName) {
        Certificate certificate = lookup.find(serverName == null ? null : withoutDot(serverName));
        return certificate == null
                ? ctx.executor().newFailedFuture(new CertificateUnusable("no certificate for this server name"))
                : contexts.prepared(certificate, ctx.executor());
    }

    private static String withoutDot(String serverName) {
        return serverName.endsWith(".") ? serverName.substring(0, serverName.length() - 1) : serverName;
    }

    @Override
    protected void onLookupComplete(
            ChannelHandlerContext ctx, @Nullable String serverName, Future<Certificate> certificate) {
        if (state == State.DECIDED) {
            return;
        }
        if (!certificate.isSuccess()) {
            refuse(ctx, serverName, String.valueOf(certificate.cause().getMessage()), INTERNAL_ERROR);
            return;
        }
        state = State.DECIDED;
        secure(ctx, serverName, contexts.newHandler(certificate.getNow(), ctx.alloc()));
    }

    private void secure(ChannelHandlerContext ctx, @Nullable String serverName, SslHandler handler) {
        handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT_MILLIS);
        handler.handshakeFuture().addListener(handshake -> {
            if (!handshake.isSuccess()) {
                failed(ctx, serverName, String.valueOf(handshake.cause()));
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

    private void refuse(ChannelHandlerContext ctx, @Nullable String serverName, String reason, byte[] answer) {
        state = State.DECIDED;
        failed(ctx, serverName, reason);
        ctx.writeAndFlush(Unpooled.wrappedBuffer(answer)).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        // One that never spoke was a port check, no handshake.
        if (state == State.SPEAKING) {
            failed(ctx, null, "closed before the ClientHello was there");
        }
        state = State.DECIDED;
        super.channelInactive(ctx);
    }

    private void failed(ChannelHandlerContext ctx, @Nullable String serverName, String reason) {
        failures.increment();
        if (Events.debugging()) {
            Events.debug(
                    "TLS handshake failed",
                    "client",
                    String.valueOf(ctx.channel().remoteAddress()),
                    "server_name",
                    serverName,
                    "error",
                    reason);
        }
    }
}
