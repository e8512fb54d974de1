package dev.sluice.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * What has come of the response to one request: passes it on to who asked, and knows whether it is whole and leaves a
 * connection that can be used again. On the connection's event loop.
 */
final class Reception {
    // Informational responses to one request; 103 comes a few times, 102 every few seconds.
    private static final int MAX_INTERIM = 100;

    private final UpstreamConnection connection;
    private final ResponseListener to;
    private boolean headSeen;
    private boolean ended;
    private boolean reusable;
    private boolean interim;
    private int interims;
    private boolean endsWithConnection;
    private long idleLimit;

    Reception(UpstreamConnection connection, ResponseListener to) {
        this.connection = connection;
        this.to = to;
    }

    /** Whether the head of the final response was read. */
    boolean headSeen() {
        return headSeen;
    }

    /** Whether all of it has come, and nothing in it speaks against another request on the connection. */
    boolean leavesConnection() {
        return ended && reusable;
    }

    /** How long the connection may be idle after it; nanoseconds. */
    long idleLimit() {
        return idleLimit;
    }

    /**
     * Takes a part of what was read and passes it on.
     *
     * @return why this is no response, or null
     */
    @Nullable
    String read(Object message) {
        if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            return "malformed HTTP response: " + part.decoderResult().cause().getMessage();
        }
        if (message instanceof HttpResponse head) {
            String fault = fault(head);
            if (fault != null) {
                ReferenceCountUtil.release(message);
                return fault;
            }
            readHead(head);
        }
        if (message instanceof HttpContent content) {
            readContent(content);
        }
        return null;
    }

    private @Nullable String fault(HttpResponse head) {
        if (head.status().codeClass() == HttpStatusClass.INFORMATIONAL && ++interims > MAX_INTERIM) {
            return "more than " + MAX_INTERIM + " informational responses";
        }
        // Transfer-Encoding ends here, and other codings than chunked with it: the client could not read the body.
        for (String coding : head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING)) {
            if (!coding.strip().equalsIgnoreCase("chunked")) {
                return "unsupported transfer encoding: " + coding;
            }
        }
        return null;
    }

    private void readHead(HttpResponse head) {
        HttpResponseStatus status = head.status();
        if (status.code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
            headSeen = true;
            to.switchingProtocols(head);
        } else if (status.codeClass() == HttpStatusClass.INFORMATIONAL) {
            interim = true;
            to.interim(head);
        } else {
            headSeen = true;
            // A body that ends with the connection leaves no connection to keep.
            endsWithConnection = !HttpUtil.isContentLengthSet(head) && !HttpUtil.isTransferEncodingChunked(head);
            idleLimit = IdleLimit.of(head.headers());
            reusable = HttpUtil.isKeepAlive(head) && idleLimit > 0;
            to.head(head);
        }
    }

    private void readContent(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        boolean endOfInterim = last && interim;
        // The connection's end is the body's, but a reset is no such end: channelInactive follows and says so.
        boolean cut = last && endsWithConnection && connection.wasReset();
        if (endOfInterim || cut || !connection.serves(to)) {
            interim &= !endOfInterim;
            content.release();
            return;
        }
        ByteBuf data = content.content();
        if (data.isReadable()) {
            to.body(data);
        } else {
            content.release();
        }
        if (content instanceof LastHttpContent end && connection.serves(to)) {
            ended = true;
            to.end(end.trailingHeaders());
        }
    }
}
