package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.Problem;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Arrays;

/**
 * The answering end of one request: one whole answer, or lines of JSON as they come. Callable from any thread, one at a
 * time; what is written is queued on the connection's event loop, so nobody waits for a client that does not read, and
 * for one that has gone it is dropped.
 */
final class Reply {
    private final Channel channel;
    private final boolean chunked;
    private final boolean keepAlive;
    private final ChannelFutureListener answered;

    /**
     * @param version the client's; before HTTP/1.1 there are no chunks, and the connection's end is that of the lines
     * @param answered told on the event loop when the answer is out, or cannot go out any more
     */
    Reply(Channel channel, HttpVersion version, boolean keepAlive, ChannelFutureListener answered) {
        this.channel = channel;
        this.chunked = version.isKeepAliveDefault();
        this.keepAlive = keepAlive && chunked;
        this.answered = answered;
    }

    /** Whether the connection can take another request after this answer. */
    boolean keepAlive() {
        return keepAlive;
    }

    /** Whether the client reads more slowly than there is to tell. */
    boolean congested() {
        return !channel.isWritable();
    }

    void whole(Answer answer) {
        Object body = answer.body();
        byte[] content = body == null ? new byte[0] : WireJson.write(body);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()), Unpooled.wrappedBuffer(content));
        if (body != null) {
            response.headers()
                    .set(
                            HttpHeaderNames.CONTENT_TYPE,
                            body instanceof Problem ? "application/problem+json" : HttpHeaderValues.APPLICATION_JSON)
                    .set(HttpHeaderNames.CONTENT_LENGTH, content.length);
        }
        if (body instanceof Problem problem && problem.allow() != null) {
            response.headers().set(HttpHeaderNames.ALLOW, String.join(", ", problem.allow()));
        }
        HttpUtil.setKeepAlive(response, keepAlive);
        send(response, true);
    }

    /** Begins an answer that comes line by line. */
    void begin() {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/x-ndjson");
        HttpUtil.setTransferEncodingChunked(head, chunked);
        HttpUtil.setKeepAlive(head, keepAlive);
        send(head, false);
    }

    void line(Object document) {
        byte[] json = WireJson.write(document);
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        send(new DefaultHttpContent(Unpooled.wrappedBuffer(line)), false);
    }

    void end() {
        send(LastHttpContent.EMPTY_LAST_CONTENT, true);
    }

    // A connection that has gone takes nothing any more.
    private void send(HttpObject message, boolean last) {
        if (channel.isActive()) {
            ChannelFuture sent = channel.writeAndFlush(message);
            if (last) {
                sent.addListener(answered);
            }
        }
    }

    /** Gives up on the answer: better a closed connection than a client that waits. */
    void abort() {
        channel.close();
    }
}
