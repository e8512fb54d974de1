package dev.sluice.exchange;

import dev.sluice.http.RequestTarget;
import dev.sluice.observe.RequestRecord;
import dev.sluice.service.Service;
import dev.sluice.service.Target;
import dev.sluice.upstream.ResponseListener;
import dev.sluice.upstream.UpstreamConnection;
import dev.sluice.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * One request and where it stands. Owned by its event loop; holds state only: what happens is in {@link RequestPath},
 * to which the client's and the target's events are passed on.
 */
public final class Exchange implements ResponseListener {

    /** How far a request has come. */
    enum Phase {
        /** Looking for a service and a target. */
        ROUTING,
        /** Held at a closed gate. */
        HELD,
        /** The body is being collected before a target is asked. */
        BUFFERING,
        CONNECTING,
        /** Pausing, before the targets are tried again: see {@link Search}. */
        SEARCHING,
        /** Sent, or being sent; no response head yet. */
        AWAITING_HEAD,
        /** The response is on its way to the client, or into a buffer. */
        RELAYING,
        /** Both connections are spliced. */
        TUNNEL,
        DONE
    }

    final RequestPath path;
    final Worker worker;
    final ClientStream client;
    final ConnectionInfo connection;
    final HttpRequest request;
    final RequestTarget target;
    /** As the client sent it. */
    final String hostHeader;
    /** Normalised, for routing. */
    final String host;

    final RequestRecord record = new RequestRecord();
    final RequestBody body;

    Phase phase = Phase.ROUTING;

    @Nullable
    Service service;

    String prefix = "/";
    /** The claimed target; kept for a tunnel, whose claim is given back early. */
    @Nullable
    Target lease;

    boolean releaseOwed;

    /** What came of the targets that were tried; null while none has failed. */
    @Nullable
    Search search;
    /** Counts what was begun to get a connection: what an earlier one still brings is not wanted. */
    int attempt;
    /** How often it was sent again although a target may have had it. */
    int resent;

    @Nullable
    UpstreamConnection upstream;

    @Nullable
    ResponseBuffering buffering;

    @Nullable
    Tunnel tunnel;
    /** The request's headers are as the target is to see them. */
    boolean prepared;
    /** The response head is with the client. */
    boolean responding;
    /** Made by the proxy itself: see {@link OwnRequests}. */
    boolean own;
    /** Passed on by a trusted proxy, whose forwarding headers are believed; false where there are no such proxies. */
    boolean believed;
    /** Whether the client spoke TLS, with this proxy or a trusted one in front. */
    boolean secure;
    /** Asked by a load balancer: neither logged nor counted. */
    boolean unlogged;
    /** By method a read: may go to a read target, and sets no affinity cookie. */
    boolean read;
    /** Asked for with an extended CONNECT, which a status of 2xx accepts (RFC 8441 4). */
    boolean connect;
    /** The protocol the client asks to switch to, or null. */
    @Nullable
    String upgrade;

    /** When the phase ends by itself, in {@link System#nanoTime}; 0 for never. */
    long deadline;
    /** What the closed gate runs to let this request go. */
    @Nullable
    Runnable waiter;
    // Neighbours in the worker's list.
    @Nullable
    Exchange previous;

    @Nullable
    Exchange next;

    public Exchange(
            RequestPath path,
            Worker worker,
            ClientStream client,
            ConnectionInfo connection,
            HttpRequest request,
            RequestTarget target,
            String hostHeader,
            String host) {
        this.path = path;
        this.worker = worker;
        this.client = client;
        this.connection = connection;
        this.request = request;
        this.target = target;
        this.hostHeader = hostHeader;
        this.host = host;
        this.body = new RequestBody(this);
    }

    public boolean done() {
        return phase == Phase.DONE;
    }

    /** Tells the log how the request came: {@code HTTP/2.0}. */
    public void protocol(String name) {
        record.protocol = name;
    }

    /** The request is an extended CONNECT: it asks for a tunnel, and nothing but a tunnel may be a success. */
    public void extendedConnect() {
        connect = true;
    }

    /** Whether a body follows the head. */
    public boolean expectsBody() {
        return body.expected();
    }

    /** Whether the client waits to be told to send its body. */
    public boolean awaitsInvitation() {
        return body.awaitsInvitation();
    }

    // -- from the client

    /** A part of the request's body; taken. */
    public void requestBody(ByteBuf data) {
        body.arrived(data);
    }

    public void requestEnd(HttpHeaders trailers) {
        body.ended(trailers);
    }

    /** What was read so far may be sent on. */
    public void requestReadComplete() {
        body.flush();
    }

    public void requestMalformed(String why) {
        path.interruptions().malformed(this, why);
    }

    /** The request's body has not gone on for too long. */
    public void requestTimedOut() {
        path.interruptions().bodyTimedOut(this);
    }

    /** The request's body comes too slowly. */
    public void requestTooSlow() {
        path.interruptions().bodyTooSlow(this);
    }

    /** Bytes of the request's body so far. */
    public long bytesReceived() {
        return record.bytesIn;
    }

    /** The client's connection or stream is gone. */
    public void clientGone() {
        path.interruptions().clientGone(this);
    }

    public void clientWritable() {
        path.relay().clientWritable(this);
    }

    // -- from the target

    @Override
    public void interim(HttpResponse head) {
        path.relay().interim(this, head);
    }

    @Override
    public void switchingProtocols(HttpResponse head) {
        path.relay().upgrade(this, head);
    }

    @Override
    public void head(HttpResponse head) {
        path.relay().head(this, head);
    }

    @Override
    public void body(ByteBuf data) {
        path.relay().body(this, data);
    }

    @Override
    public long splice(EpollSocketChannel from, long most) {
        return path.relay().splice(this, from, most);
    }

    @Override
    public void end(HttpHeaders trailers) {
        path.relay().end(this, trailers);
    }

    @Override
    public void failed(UpstreamFailure failure) {
        path.fail(this, ProxyError.of(failure));
    }

    @Override
    public void readComplete() {
        if (phase == Phase.RELAYING && (buffering == null || buffering.passing())) {
            client.flush();
        }
    }

    @Override
    public void writabilityChanged() {
        body.upstreamWritable();
    }
}
