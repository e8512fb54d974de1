package dev.sluice.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;

/** Who asked, and is told what comes back. All on the connection's event loop, in this order. */
public interface ResponseListener {

    /** An interim response (1xx but 101) before the final one. */
    void interim(HttpResponse head);

    /** The target agreed to another protocol; call {@link UpstreamConnection#detach} to take the connection over. */
    void switchingProtocols(HttpResponse head);

    void head(HttpResponse head);

    /** A part of the body; the listener releases it. */
    void body(ByteBuf data);

    /**
     * A part of the body may be taken from the target's socket, in the kernel, before the next is read.
     *
     * @param most bytes
     * @return bytes that were taken: they are not told as a part
     */
    default long splice(EpollSocketChannel target, long most) {
        return 0;
    }

    void end(HttpHeaders trailers);

    /** No more will be told. */
    void failed(UpstreamFailure failure);

    /** What was told since the last of these can be flushed. */
    void readComplete();

    /** More of the request may be written, or should wait. */
    void writabilityChanged();
}
