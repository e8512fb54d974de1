package dev.sluice.net;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Asks the QUIC library whether the client still takes what is sent on a stream. Netty tells of a STOP_SENDING only when
 * something is written (netty issue 17380), and a client that gives up waiting for a response sends nothing else. Netty
 * has the question, but not for others; whether it is still there is seen at start. On event loops.
 */
final class StreamCapacity {
    // quiche's "done": nothing can be sent at the moment.
    private static final long DONE = -1;
    private static final MethodHandle CAPACITY = find();

    private StreamCapacity() {}

    private static MethodHandle find() {
        try {
            Class<?> channel = Class.forName("io.netty.handler.codec.quic.QuicheQuicChannel");
            return MethodHandles.privateLookupIn(channel, MethodHandles.lookup())
                    .findVirtual(channel, "streamCapacity", MethodType.methodType(long.class, long.class))
                    .asType(MethodType.methodType(long.class, QuicChannel.class, long.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of Netty's QUIC does not tell a stream's capacity", e);
        }
    }

    /** Whether the client has said that it takes nothing more of the stream, or the stream is over for both sides. */
    static boolean stopped(QuicStreamChannel stream) {
        try {
            long capacity = (long) CAPACITY.invokeExact(stream.parent(), stream.streamId());
            return capacity < 0 && capacity != DONE;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
