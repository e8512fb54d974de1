package dev.sluice.exchange;

import dev.sluice.buffer.SpillBuffer;
import dev.sluice.http.Trailers;
import dev.sluice.upstream.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request on its way to the target: streamed, where the target's pace is the client's, or collected
 * first, so that the target gets it in one go and it can be sent again. Owned by the exchange's event loop.
 */
final class RequestBody {
    private final Exchange x;
    private final boolean chunked;
    private final long length;
    private final boolean expectsContinue;

    private boolean complete;
    private HttpHeaders trailers = EmptyHttpHeaders.INSTANCE;
    private long received;
    private long limit;
    // Streaming: what came before the target was connected.
    private final Deque<ByteBuf> waiting = new ArrayDeque<>(0);
    private @Nullable UpstreamConnection sink;
    // Collecting.
    private @Nullable SpillBuffer spill;
    private SpillBuffer.@Nullable Reading reading;
    private boolean discarding;
    private boolean invited;

    RequestBody(Exchange x) {
        this.x = x;
        HttpHeaders headers = x.request.headers();
        this.chunked = HttpUtil.isTransferEncodingChunked(x.request);
        this.length = chunked ? -1 : HttpUtil.getContentLength(x.request, 0L);
        this.complete = !expected();
        this.expectsContinue = headers.contains(HttpHeaderNames.EXPECT) && expected();
    }

    boolean expected() {
        return chunked || length > 0;
    }

    boolean chunked() {
        return chunked;
    }

    /** Whether more is announced than any request, or one of its service, may have. */
    boolean overLimit() {
        return overLimit(length);
    }

    private boolean overLimit(long bytes) {
        long most = x.worker.limits().maxBody();
        long ofService =
                x.service == null ? 0 : x.service.targetOptions().delivery().maxBody();
        return (most > 0 && bytes > most) || (ofService > 0 && bytes > ofService);
    }

    /** Bytes announced; -1 when unknown. */
    long length() {
        return length;
    }

    boolean complete() {
        return complete;
    }

    /** Whether the client waits for a 100 before it sends the body, and has not had one. */
    boolean awaitsInvitation() {
        return expectsContinue && !invited && received == 0;
    }

    /** Whether it can be sent a second time. */
    boolean replayable() {
        return !expected() || (complete && spill != null);
    }

    /** Whether a service that collects bodies still waits for this one. */
    boolean toBeCollected() {
        return expected() && spill == null;
    }

    boolean collecting() {
        return spill != null && !complete;
    }

    /**
     * Begins to collect the body; {@link RequestPath#route} is called anew when it is complete.
     *
     * @param memory bytes kept in memory
     * @param limit bytes allowed; 0 for any number
     */
    void collect(long memory, long limit) {
        if (!limit(limit)) {
            return;
        }
        spill = new SpillBuffer(memory, x.path.spillFiles(), x.worker.loop(), new SpillBuffer.Owner() {
            @Override
            public void drained() {
                x.client.reading(true);
            }

            @Override
            public void failed(IOException why) {
                x.path.interruptions().bufferFailed(x, why);
            }
        });
        invite();
        ByteBuf data;
        while (!x.done() && (data = waiting.poll()) != null) {
            collect(data);
        }
        if (!x.done()) {
            x.client.reading(true);
        }
    }

    /**
     * Sets how many bytes are allowed; 0 for any number.
     *
     * @return false when it has more, or announces more, and the request was refused
     */
    boolean limit(long bytes) {
        limit = bytes;
        if (bytes > 0 && Math.max(length, received) > bytes) {
            x.path.interruptions().requestTooLarge(x);
            return false;
        }
        return true;
    }

    void arrived(ByteBuf data) {
        count(data.readableBytes());
        UpstreamConnection to = sink;
        if (x.done() || discarding) {
            data.release();
        } else if (overLimit(received)) {
            data.release();
            x.path.interruptions().bodyOverLimit(x);
        } else if (limit > 0 && received > limit) {
            data.release();
            x.path.interruptions().requestTooLarge(x);
        } else if (spill != null) {
            collect(data);
        } else if (to != null) {
            send(data, to);
        } else {
            waiting.add(data);
            x.client.reading(false);
        }
    }

    private void count(long bytes) {
        received += bytes;
        x.record.bytesIn = received;
    }

    // Only what the kernel does not take at once stops the client: stopping and going on costs two system calls.
    private void send(ByteBuf data, UpstreamConnection to) {
        to.sendBody(data);
        if (!to.writable()) {
            to.flush();
            if (sink == to && !to.writable()) {
                x.client.reading(false);
            }
        }
    }

    /**
     * Lets the kernel move what comes next to the target, if that is where it goes and nobody looks at it.
     *
     * @param most bytes, no more than the request's length leaves
     * @return bytes moved
     */
    long splice(EpollSocketChannel from, long most) {
        UpstreamConnection to = sink;
        if (to == null || spill != null || discarding || x.done()) {
            return 0;
        }
        long moved = to.splice(from, most);
        count(moved);
        if (sink == to && !to.writable()) {
            x.client.reading(false);
        }
        return moved;
    }

    private void collect(ByteBuf data) {
        SpillBuffer buffer = spill;
        if (buffer == null) {
            data.release();
            return;
        }
        if (!buffer.add(data)) {
            x.client.reading(false);
        }
    }

    void ended(HttpHeaders with) {
        if (complete) {
            return;
        }
        complete = true;
        Trailers.removeForbidden(with);
        trailers = with;
        if (x.done() || discarding) {
            return;
        }
        UpstreamConnection to = sink;
        if (spill != null) {
            if (x.phase == Exchange.Phase.BUFFERING) {
                x.path.route(x);
            }
        } else if (to != null) {
            to.sendEnd(trailers);
            to.flush();
            x.path.requestSent(x);
        }
    }

    /** Sends what there is, and the rest as it comes. */
    void sendTo(UpstreamConnection to) {
        sink = to;
        SpillBuffer buffer = spill;
        if (buffer != null) {
            replay(buffer, to);
            return;
        }
        invite();
        ByteBuf data;
        while ((data = waiting.poll()) != null) {
            to.sendBody(data);
        }
        if (complete) {
            to.sendEnd(trailers);
            to.flush();
            x.path.requestSent(x);
        } else {
            to.flush();
            x.client.reading(to.writable());
        }
    }

    private void replay(SpillBuffer buffer, UpstreamConnection to) {
        reading = buffer.read(new SpillBuffer.Reader() {
            @Override
            public boolean part(ByteBuf data) {
                if (sink != to) {
                    data.release();
                    return false;
                }
                to.sendBody(data);
                if (to.writable()) {
                    return true;
                }
                to.flush();
                return to.writable();
            }

            @Override
            public void end() {
                if (sink == to) {
                    to.sendEnd(trailers);
                    to.flush();
                    x.path.requestSent(x);
                }
            }

            @Override
            public void failed(IOException why) {
                if (sink == to) {
                    x.path.interruptions().bufferFailed(x, why);
                }
            }
        });
    }

    /** The target takes more, or less. Whether less is too little is seen where it is sent. */
    void upstreamWritable() {
        UpstreamConnection to = sink;
        if (to == null || !to.writable()) {
            return;
        }
        if (reading != null) {
            reading.resume();
        } else if (!complete) {
            x.client.reading(true);
        }
    }

    void flush() {
        if (sink != null && spill == null) {
            sink.flush();
        }
    }

    /** The target is not sent any more of it. */
    void detach() {
        sink = null;
        reading = null;
    }

    /** Nobody wants the rest: it is read and dropped, so that the client gets to read its answer. */
    void discard() {
        discarding = true;
        detach();
        release();
    }

    /** Frees what is held; the exchange is over. */
    void release() {
        ByteBuf data;
        while ((data = waiting.poll()) != null) {
            data.release();
        }
        if (spill != null) {
            spill.release();
        }
    }

    // RFC 9110 10.1.1: a client that waits for it is told to go on once somebody wants the body.
    private void invite() {
        if (awaitsInvitation() && !x.responding) {
            invited = true;
            x.client.interim(Responses.continueNow());
        }
    }
}
