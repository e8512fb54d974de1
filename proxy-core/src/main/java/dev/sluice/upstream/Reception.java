package dev.sluice.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;

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

    /** Whether the response that is read is an informational one: the final one is still to come. */
    boolean interim() {
        return interim;
    }

    void head(HttpResponse head) {
        HttpResponseStatus status = head.status();
        interim = false;
        if (status.code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
            headSeen = true;
            to.switchingProtocols(head);
        } else if (status.codeClass() == HttpStatusClass.INFORMATIONAL) {
            interim = true;
            if (++interims > MAX_INTERIM) {
                connection.bad("more than " + MAX_INTERIM + " informational responses");
            } else {
                to.interim(head);
            }
        } else {
            headSeen = true;
            idleLimit = IdleLimit.of(head.headers());
            reusable = HttpUtil.isKeepAlive(head) && idleLimit > 0;
            to.head(head);
        }
    }

    void body(ByteBuf data) {
        if (connection.serves(to)) {
            to.body(data);
        } else {
            data.release();
        }
    }

    void end(HttpHeaders trailers) {
        if (connection.serves(to)) {
            ended = true;
            to.end(trailers);
        }
    }
}
