package dev.sluice.exchange;

import dev.sluice.http.Trailers;
import dev.sluice.service.BufferOptions;
import dev.sluice.service.Target;
import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import java.util.Objects;

/**
 * The way of a response, from the target to the client, as fast as the client takes it. Called on the exchange's event
 * loop; holds no state of its own.
 */
final class Relay {
    private final RequestPath path;
    private final Preparation preparation;
    private final Finish finish;

    Relay(RequestPath path, Preparation preparation, Finish finish) {
        this.path = path;
        this.preparation = preparation;
        this.finish = finish;
    }

    void interim(Exchange x, HttpResponse head) {
        // 100 was ours to send: the target was not asked for it.
        if (head.status().code() != 100 && !x.responding) {
            preparation.interim(head);
            x.client.interim(head);
        }
    }

    void head(Exchange x, HttpResponse head) {
        if (x.connect && head.status().codeClass() == HttpStatusClass.SUCCESS) {
            refuse(x, "target answered " + head.status().code() + " and did not switch to \"" + x.upgrade + "\"");
            return;
        }
        x.worker.deadline(x, 0);
        x.phase = Exchange.Phase.RELAYING;
        x.record.upstreamAnsweredNanos = System.nanoTime();
        Target target = Objects.requireNonNull(x.lease);
        target.answered();
        preparation.response(x, head);
        BufferOptions options = target.options().buffering();
        if (options.responses() && !Streams.response(head.headers())) {
            x.buffering = new ResponseBuffering(x, head, options.memory(), options.maxResponseBody());
        } else {
            respond(x, head);
        }
    }

    /** Sends the target's head to the client. */
    void respond(Exchange x, HttpResponse head) {
        x.responding = true;
        x.record.status = head.status().code();
        x.record.responseContentType = head.headers().get(HttpHeaderNames.CONTENT_TYPE);
        x.client.head(head);
    }

    void body(Exchange x, ByteBuf data) {
        if (x.phase != Exchange.Phase.RELAYING) {
            data.release();
        } else if (x.buffering != null) {
            x.buffering.add(data);
        } else {
            pass(x, data);
        }
    }

    /** Writes a part of the response as it comes, and lets the target wait for a client that reads slowly. */
    void pass(Exchange x, ByteBuf data) {
        writeBody(x, data);
        if (!x.done() && !x.client.writable() && x.upstream != null) {
            x.client.flush();
            x.upstream.reading(x.client.writable());
        }
    }

    /** Lets the kernel move what comes next to the client, if that is where it goes and nobody looks at it. */
    long splice(Exchange x, EpollSocketChannel from, long most) {
        if (x.phase != Exchange.Phase.RELAYING || x.buffering != null) {
            return 0;
        }
        long moved = x.client.splice(from, most);
        x.record.bytesOut += moved;
        if (!x.done() && !x.client.writable() && x.upstream != null) {
            x.upstream.reading(false);
        }
        return moved;
    }

    /** Writes a part of the response to the client and takes it. */
    void writeBody(Exchange x, ByteBuf data) {
        x.record.bytesOut += data.readableBytes();
        x.client.body(data);
    }

    void end(Exchange x, HttpHeaders trailers) {
        if (x.phase != Exchange.Phase.RELAYING) {
            return;
        }
        Trailers.removeForbidden(trailers);
        ResponseBuffering held = x.buffering;
        if (held == null) {
            complete(x, trailers);
        } else {
            // The target has done its part; the client may take its time.
            finish.releaseTarget(x);
            held.complete(trailers);
        }
    }

    /** The response is complete. */
    void complete(Exchange x, HttpHeaders trailers) {
        finish.releaseTarget(x);
        path.finish(x);
        x.client.end(trailers);
    }

    void upgrade(Exchange x, HttpResponse head) {
        String protocol = head.headers().get(HttpHeaderNames.UPGRADE);
        if (x.upgrade == null || !x.upgrade.equalsIgnoreCase(protocol)) {
            refuse(x, "target switched to protocol \"" + protocol + "\" when \"" + x.upgrade + "\" was requested");
            return;
        }
        if (!x.client.upgradable(head)) {
            refuse(x, "the client asked for protocol \"" + protocol + "\" and cannot switch to it with this answer");
            return;
        }
        x.worker.deadline(x, 0);
        x.phase = Exchange.Phase.TUNNEL;
        x.responding = true;
        x.record.status = x.connect ? 200 : 101;
        x.record.upstreamAnsweredNanos = System.nanoTime();
        x.tunnel = Tunnel.open(x, head, Objects.requireNonNull(x.upstream));
        // An upgraded connection is not waited for by a drain, but told to end; a drain may have begun just now.
        finish.releaseClaim(x);
        Target target = Objects.requireNonNull(x.lease);
        x.path.interruptions().closeTunnel(x);
    }

    private void refuse(Exchange x, String why) {
        path.fail(x, ProxyError.of(ProxyError.Kind.TARGET_FAILED, 502, why));
    }

    /** The client takes more, or less. */
    void clientWritable(Exchange x) {
        if (x.buffering != null) {
            x.buffering.clientWritable();
        } else if (x.upstream != null && x.phase == Exchange.Phase.RELAYING) {
            x.upstream.reading(x.client.writable());
        }
    }
}
