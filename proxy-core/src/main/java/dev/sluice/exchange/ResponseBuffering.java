package dev.sluice.exchange;

import dev.sluice.buffer.SpillBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Holds a response back until it is complete, so that the target is free early and its failure can still be told with a
 * clean status. Streams (events, lines of JSON, gRPC, and whatever says so) pass at once. Owned by the exchange's event
 * loop.
 */
final class ResponseBuffering implements SpillBuffer.Owner, SpillBuffer.Reader {
    private static final String ACCEL_BUFFERING = "X-Accel-Buffering";

    private final Exchange x;
    private final HttpResponse head;
    private final long limit;
    private final SpillBuffer spill;
    private @Nullable HttpHeaders trailers;
    private SpillBuffer.@Nullable Reading reading;

    /**
     * @param memory bytes kept in memory
     * @param limit bytes allowed; 0 for any number
     */
    ResponseBuffering(Exchange x, HttpResponse head, long memory, long limit) {
        this.x = x;
        this.head = head;
        this.limit = limit;
        this.spill = new SpillBuffer(memory, x.path.spillFiles(), x.worker.loop(), this);
    }

    /** Whether a response with this head is to be held at all. */
    static boolean applies(HttpResponse head) {
        HttpHeaders headers = head.headers();
        if ("no".equalsIgnoreCase(headers.get(ACCEL_BUFFERING))) {
            return false;
        }
        String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
        return type == null || !(is(type, "text/event-stream") || is(type, "application/x-ndjson") || grpc(type));
    }

    private static boolean is(String type, String mediaType) {
        int length = mediaType.length();
        return type.regionMatches(true, 0, mediaType, 0, length)
                && (type.length() == length || type.charAt(length) == ';' || type.charAt(length) == ' ');
    }

    private static boolean grpc(String type) {
        return type.regionMatches(true, 0, "application/grpc", 0, "application/grpc".length());
    }

    /** Takes a part of the body. */
    void add(ByteBuf data) {
        if (limit > 0 && spill.size() + data.readableBytes() > limit) {
            data.release();
            x.path.interruptions().responseTooLarge(x);
        } else if (!spill.add(data) && x.upstream != null) {
            x.upstream.reading(false);
        }
    }

    /** The target is done: sends everything, as fast as the client reads. */
    void complete(HttpHeaders with) {
        trailers = with;
        reading = spill.read(this);
    }

    // Not before the disk has everything, so that its failure can still be told with a clean status.
    private void begin() {
        if (!x.responding) {
            x.path.relay().respond(x, head);
        }
    }

    /** The client reads again. */
    void clientWritable() {
        if (reading != null) {
            reading.resume();
        }
    }

    void release() {
        spill.release();
    }

    @Override
    public void drained() {
        if (x.upstream != null) {
            x.upstream.reading(true);
        }
    }

    @Override
    public void failed(IOException why) {
        x.path.interruptions().bufferFailed(x, why);
    }

    @Override
    public boolean part(ByteBuf data) {
        begin();
        x.path.relay().writeBody(x, data);
        if (x.done()) {
            return false;
        }
        if (!x.client.writable()) {
            x.client.flush();
        }
        return x.client.writable();
    }

    @Override
    public void end() {
        HttpHeaders last = trailers;
        if (last != null) {
            begin();
            x.path.relay().complete(x, last);
        }
    }
}
