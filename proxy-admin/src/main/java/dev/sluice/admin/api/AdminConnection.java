package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.Problem;
import dev.sluice.admin.api.dto.ProblemType;
import dev.sluice.observe.Events;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.ThreadFactory;

/**
 * One connection of the admin socket, on its event loop: hands each request to a thread of its own, and reads the next
 * one when the answer is out. A client that leaves meanwhile does not end what it has asked for.
 */
final class AdminConnection extends ChannelInboundHandlerAdapter {

    /** What a connection can be told. */
    enum Notice {
        /** End once there is nothing to answer. */
        FINISH
    }

    private final AdminRoutes routes;
    private final ThreadFactory threads;
    private boolean busy;
    // No request is taken after the one that is being answered.
    private boolean finishing;
    // The client sends no more, but what it has sent is answered.
    private boolean inputEnded;

    AdminConnection(AdminRoutes routes, ThreadFactory threads) {
        this.routes = routes;
        this.threads = threads;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            busy = true;
            if (message instanceof FullHttpRequest request) {
                receive(ctx.channel(), request);
            } else {
                refuse(
                        ctx.channel(),
                        ProblemType.BODY_TOO_LARGE,
                        "the body must not be larger than " + BodyLimit.BYTES + " bytes");
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    // A read that brought a piece of a request only is used up: ask for the rest.
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!busy) {
            ctx.read();
        }
    }

    private void receive(Channel channel, FullHttpRequest request) {
        HttpVersion version = request.protocolVersion();
        if (!request.decoderResult().isSuccess() || version.majorVersion() != 1) {
            Throwable cause = request.decoderResult().cause();
            refuse(
                    channel,
                    ProblemType.BAD_REQUEST,
                    "this is not HTTP/1.1" + (cause == null ? "" : ": " + cause.getMessage()));
            return;
        }
        Reply reply = new Reply(
                channel, version, HttpUtil.isKeepAlive(request) && !finishing, done -> answered(done.channel()));
        finishing |= !reply.keepAlive();
        threads.newThread(new RequestTask(new AdminRequest(request), routes, reply))
                .start();
    }

    // After what cannot be read, nothing that follows on this connection can.
    private void refuse(Channel channel, ProblemType type, String detail) {
        finishing = true;
        new Reply(channel, HttpVersion.HTTP_1_1, false, done -> answered(done.channel()))
                .whole(Answer.problem(Problem.of(type, detail)));
    }

    private void answered(Channel channel) {
        busy = false;
        proceed(channel);
    }

    private void proceed(Channel channel) {
        if (!finishing) {
            // A request that came with the one before is held back in the pipeline, and handed on within this call.
            channel.read();
        }
        if (!busy && (finishing || inputEnded)) {
            channel.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        finishing |= event == Notice.FINISH || (event instanceof IdleStateEvent && !busy);
        inputEnded |= event instanceof ChannelInputShutdownEvent;
        if (!busy) {
            proceed(ctx.channel());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Most likely the client has gone; what it has asked for runs on.
        Events.debug("Admin connection failed", "error", cause.toString());
        ctx.close();
    }
}
