package dev.sluice.exchange;

import dev.sluice.http.HopByHop;
import dev.sluice.service.Target;
import dev.sluice.upstream.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client and a target spliced after an upgrade: bytes pass both ways, each side as fast as the other takes them, until
 * one ends. Both belong to one event loop. When its target goes, a WebSocket is closed in order (RFC 6455 7.1): a Close
 * frame (1012, service restart; 1001 when it is the proxy that goes) at the next end of a frame, the client's own Close
 * passed on to the target, then the end of both connections. Any other protocol is just ended. Counted at its target until the client's side is closed.
 */
final class Tunnel {
    // RFC 6455 7.4.1 and its registry.
    private static final int GOING_AWAY = 1001;
    private static final int SERVICE_RESTART = 1012;
    // How long each is waited for: the end of a frame under way, the client's Close, the last bytes to be taken.
    private static final long STEP_MILLIS = 1000;

    private final Exchange x;
    private final Target counted;
    private final @Nullable WebSocketFrames fromTarget;
    private final @Nullable WebSocketFrames fromClient;
    private @Nullable TunnelEnd client;
    private @Nullable TunnelEnd target;
    private boolean early;
    private int closeStatus = SERVICE_RESTART;
    private boolean draining;
    private boolean closeSent;
    private boolean ended;
    private boolean released;
    private int step;

    private Tunnel(Exchange x) {
        this.x = x;
        this.counted = Objects.requireNonNull(x.lease);
        boolean webSocket = "websocket".equalsIgnoreCase(x.upgrade);
        this.fromTarget = webSocket ? new WebSocketFrames() : null;
        this.fromClient = webSocket ? new WebSocketFrames() : null;
    }

    /** Answers the client with the target's 101 and splices the two. */
    static Tunnel open(Exchange x, HttpResponse head, UpstreamConnection upstream) {
        Tunnel tunnel = new Tunnel(x);
        tunnel.splice(head, upstream);
        return tunnel;
    }

    private void splice(HttpResponse head, UpstreamConnection upstream) {
        String protocol = Objects.requireNonNull(head.headers().get(HttpHeaderNames.UPGRADE));
        HopByHop.removeFromResponse(head.headers());
        head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE).set(HttpHeaderNames.UPGRADE, protocol);
        x.body.detach();
        x.upstream = null;
        counted.tunnelOpened();
        // The client's end first: the target may have sent its first bytes together with the head.
        TunnelEnd toClient = x.client.upgrade(head, new FromClient());
        client = toClient;
        ChannelEnd toTarget = new ChannelEnd(new FromTarget());
        upstream.detach(toTarget);
        target = toTarget;
        // What came with the heads may have filled either side before there was anybody to slow down.
        toTarget.reading(toClient.writable());
        toClient.reading(toTarget.writable());
        if (early) {
            // Sent before the answer was there, which no protocol allows.
            toClient.close();
        }
    }

    boolean webSocket() {
        return fromTarget != null;
    }

    /** Closes the tunnel in order because its target goes. */
    void drain() {
        if (ended || draining) {
            return;
        }
        draining = true;
        if (fromTarget == null) {
            end();
            return;
        }
        endLater();
        if (fromTarget.atBoundary()) {
            sendClose();
        }
    }

    /** Closes the tunnel in order because the proxy ends. */
    void goAway() {
        if (!draining) {
            closeStatus = GOING_AWAY;
        }
        drain();
    }

    // FIN, opcode 8; two bytes of payload.
    private ByteBuf close() {
        return Unpooled.wrappedBuffer(new byte[] {(byte) 0x88, 2, (byte) (closeStatus >> 8), (byte) closeStatus});
    }

    // Towards the target frames are masked (RFC 6455 5.3), here with zeros.
    private ByteBuf maskedClose() {
        return Unpooled.wrappedBuffer(
                new byte[] {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, (byte) (closeStatus >> 8), (byte) closeStatus});
    }

    /** Ends it now: there is no more time. */
    void cut() {
        if (!ended) {
            drain();
            end();
        }
    }

    private void sendClose() {
        TunnelEnd toClient = client;
        if (toClient == null || fromTarget == null || fromTarget.closed()) {
            // Where the target has closed by itself, its own handshake goes on for as long as ours might.
            return;
        }
        closeSent = true;
        toClient.write(close());
        toClient.flush();
        endLater();
        endAfterHandshake();
    }

    // Both Close frames have passed.
    private void endAfterHandshake() {
        if (closeSent && fromClient != null && fromClient.closed()) {
            end();
        }
    }

    private void endLater() {
        int mine = ++step;
        x.worker
                .loop()
                .schedule(
                        () -> {
                            if (step == mine) {
                                end();
                            }
                        },
                        STEP_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        TunnelEnd toClient = Objects.requireNonNull(client);
        TunnelEnd toTarget = Objects.requireNonNull(target);
        if (closeSent && fromClient != null && !fromClient.closed() && fromClient.atBoundary()) {
            // The client did not answer in time; the application is told as if it had.
            toTarget.write(maskedClose());
        }
        toClient.finish();
        toTarget.finish();
        x.worker
                .loop()
                .schedule(
                        () -> {
                            toClient.close();
                            toTarget.close();
                        },
                        STEP_MILLIS,
                        TimeUnit.MILLISECONDS);
        x.path.finish(x);
    }

    private void release() {
        if (!released) {
            released = true;
            counted.tunnelClosed();
        }
    }

    private final class FromClient implements TunnelEnd.Listener {
        @Override
        public void data(ByteBuf data) {
            TunnelEnd to = target;
            early |= to == null;
            if (to == null || ended) {
                data.release();
                return;
            }
            if (fromClient != null) {
                fromClient.pass(data);
            }
            to.write(data);
            endAfterHandshake();
        }

        @Override
        public void readComplete() {
            if (target != null) {
                target.flush();
            }
        }

        @Override
        public void writabilityChanged() {
            if (target != null && client != null) {
                target.reading(client.writable());
            }
        }

        @Override
        public void ended() {
            release();
            if (target != null) {
                end();
            }
        }
    }

    private final class FromTarget implements TunnelEnd.Listener {
        @Override
        public void data(ByteBuf data) {
            TunnelEnd to = client;
            if (to == null || closeSent || ended) {
                data.release();
            } else if (fromTarget == null) {
                to.write(data);
            } else if (draining && !fromTarget.closed()) {
                to.write(data.readRetainedSlice(fromTarget.passToBoundary(data)));
                data.release();
                if (fromTarget.atBoundary()) {
                    sendClose();
                }
            } else {
                fromTarget.pass(data);
                to.write(data);
            }
        }

        @Override
        public void readComplete() {
            if (client != null) {
                client.flush();
            }
        }

        @Override
        public void writabilityChanged() {
            if (client != null && target != null) {
                client.reading(target.writable());
            }
        }

        @Override
        public void ended() {
            // After our Close frame the target's end is no surprise, and the client is given time to answer.
            if (!closeSent && client != null && target != null) {
                end();
            }
        }
    }
}
