package dev.sluice.exchange;

import dev.sluice.http.HopByHop;
import dev.sluice.upstream.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Two connections spliced after an upgrade: bytes pass both ways, each side as fast as the other takes them, until one
 * ends. Both belong to one event loop. When its target is replaced, a WebSocket is told so with a Close frame (1012,
 * service restart) at the next end of a frame; any other protocol is just ended.
 */
final class Tunnel {
    // FIN, opcode 8; two bytes of payload, not masked: 1012.
    private static final byte[] CLOSE_RESTART = {(byte) 0x88, 2, 0x03, (byte) 0xf4};
    // How long a frame that is under way, and then the client's own Close, are waited for.
    private static final long GRACE_MILLIS = 2000;

    private final Exchange x;
    private final End clientEnd;
    private final End targetEnd;
    private final @Nullable WebSocketFrames frames;
    private boolean draining;
    private boolean closeSent;
    private boolean ended;

    private Tunnel(Exchange x) {
        this.x = x;
        this.frames = "websocket".equalsIgnoreCase(x.upgrade) ? new WebSocketFrames() : null;
        this.clientEnd = new End(true);
        this.targetEnd = new End(false);
    }

    /** Answers the client with the target's 101 and splices the connections. */
    static Tunnel open(Exchange x, HttpResponse head, UpstreamConnection upstream) {
        Tunnel tunnel = new Tunnel(x);
        String protocol = Objects.requireNonNull(head.headers().get(HttpHeaderNames.UPGRADE));
        HopByHop.removeFromResponse(head.headers());
        head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE).set(HttpHeaderNames.UPGRADE, protocol);
        x.body.detach();
        x.upstream = null;
        // The client's end first: the target may have sent its first bytes together with the head.
        Channel client = x.client.upgrade(head, tunnel.clientEnd);
        tunnel.targetEnd.other = client;
        tunnel.clientEnd.other = upstream.detach(tunnel.targetEnd);
        client.config().setAutoRead(true);
        Objects.requireNonNull(tunnel.clientEnd.other).config().setAutoRead(true);
        return tunnel;
    }

    /** Ends the tunnel because its target goes. */
    void drain() {
        if (ended || draining) {
            return;
        }
        draining = true;
        if (frames == null) {
            end();
            return;
        }
        x.worker.loop().schedule(this::end, GRACE_MILLIS, TimeUnit.MILLISECONDS);
        if (frames.atBoundary()) {
            sendClose();
        }
    }

    private void sendClose() {
        closeSent = true;
        Channel client = targetEnd.other;
        Channel target = clientEnd.other;
        if (client != null) {
            client.writeAndFlush(Unpooled.wrappedBuffer(CLOSE_RESTART));
        }
        if (target != null) {
            target.close();
        }
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        closeWhenWritten(clientEnd.other);
        closeWhenWritten(targetEnd.other);
        x.path.finish(x);
    }

    private static void closeWhenWritten(@Nullable Channel channel) {
        if (channel != null && channel.isActive()) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** The end of one connection; passes what it reads to the other. */
    private final class End extends ChannelInboundHandlerAdapter {
        private final boolean fromClient;
        private @Nullable Channel other;

        End(boolean fromClient) {
            this.fromClient = fromClient;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            Channel to = other;
            if (to == null) {
                // Sent before the answer was there, which no protocol allows.
                ctx.close();
            }
            if (!(msg instanceof ByteBuf data) || to == null || closeSent || ended) {
                ReferenceCountUtil.release(msg);
                return;
            }
            if (!fromClient && frames != null) {
                if (draining) {
                    int length = frames.passToBoundary(data);
                    to.write(data.readRetainedSlice(length));
                    data.release();
                    if (frames.atBoundary()) {
                        sendClose();
                    }
                    return;
                }
                frames.pass(data);
            }
            to.write(data, to.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (other != null) {
                other.flush();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (other != null) {
                other.config().setAutoRead(ctx.channel().isWritable());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            // After our Close frame the target's end is expected, and the client is given time to answer.
            if (fromClient || !closeSent) {
                end();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
