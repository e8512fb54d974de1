package dev.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;

/**
 * The client's end of one request, whatever the protocol. Called on its event loop only. The response is one head, any
 * number of parts, and an end; what is written is on its way after {@link #flush} or {@link #end}.
 */
public interface ClientStream {

    /** Passes an interim (1xx) response on, where the protocol version has them. */
    void interim(HttpResponse head);

    /**
     * Begins the response. The head comes without hop-by-hop headers; the framing is this stream's business: a
     * Content-Length is kept, otherwise the protocol's own way is used.
     */
    void head(HttpResponse head);

    /** Sends a part of the body and takes it. */
    void body(ByteBuf data);

    /**
     * Sends a part of the body from the target's socket without reading it, where the kernel can do that: see
     * {@link dev.sluice.buffer.SplicePipe}.
     *
     * @param most bytes
     * @return bytes that the target's socket has no more
     */
    default long splice(EpollSocketChannel target, long most) {
        return 0;
    }

    /** Ends the response, with trailers or without, and flushes. */
    void end(HttpHeaders trailers);

    void flush();

    /** Whether more of the body may be written now; {@link Exchange#clientWritable} tells when it changes. */
    boolean writable();

    /** Whether to go on reading the request's body. */
    void reading(boolean wanted);

    /** The response cannot be completed: ends it so that the client cannot take it for complete. */
    void abort();

    /** Whether this stream can become a tunnel with this 101 response. */
    default boolean upgradable(HttpResponse head) {
        return false;
    }

    /** Sends what the 101 response means to this client; what the client sends next goes to {@code listener}. */
    default TunnelEnd upgrade(HttpResponse head, TunnelEnd.Listener listener) {
        throw new IllegalStateException("this client cannot switch protocols");
    }
}
