package dev.sluice.exchange;

import dev.sluice.buffer.SpillBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Holds a response back until it is complete, so that the target is free early and its failure can still be told with a
 * clean status. One whose length nobody knows and that stands still turns out to be a stream: what is held is sent, and
 * the rest passes as it comes. Owned by the exchange's event loop.
 */
final class ResponseBuffering implements SpillBuffer.Owner, SpillBuffer.Reader {
    // Nothing more for so long after the head, or after the last part so far, makes a stream of a held response.
    private static final long STANDSTILL_NANOS = Duration.ofMillis(200).toNanos();

    /** What becomes of the parts of the body that arrive. */
    private enum State {
        HELD,
        /** What was held is being sent; the target is not read meanwhile. */
        GIVING_WAY,
        PASSING
    }

    private final Exchange x;
    private final HttpResponse head;
    private final long limit;
    private final boolean unknownLength;
    private final SpillBuffer spill;
    // Came while what was held was being sent.
    private final Deque<ByteBuf> late = new ArrayDeque<>(0);
    private State state = State.HELD;
    private long size;
    private @Nullable HttpHeaders trailers;
    private SpillBuffer.@Nullable Reading reading;

    /**
     * @param memory bytes kept in memory
     * @param limit bytes allowed, held or passed on; 0 for any number
     */
    ResponseBuffering(Exchange x, HttpResponse head, long memory, long limit) {
        this.x = x;
        this.head = head;
        this.limit = limit;
        this.unknownLength = !head.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
        this.spill = new SpillBuffer(memory, x.path.spillFiles(), x.worker.loop(), this);
        awaitMore();
    }

    private void awaitMore() {
        if (unknownLength) {
            x.worker.deadline(x, STANDSTILL_NANOS);
        }
    }

    /** Whether parts go to the client as they come. */
    boolean passing() {
        return state == State.PASSING;
    }

    /** Takes a part of the body. */
    void add(ByteBuf data) {
        size += data.readableBytes();
        if (limit > 0 && size > limit) {
            data.release();
            x.path.interruptions().responseTooLarge(x);
            return;
        }
        switch (state) {
            case HELD -> hold(data);
            case GIVING_WAY -> late.add(data);
            case PASSING -> x.path.relay().pass(x, data);
        }
    }

    private void hold(ByteBuf data) {
        if (spill.add(data)) {
            awaitMore();
        } else if (x.upstream != null) {
            // Its standing still is the disk's doing.
            x.worker.deadline(x, 0);
            x.upstream.reading(false);
        }
    }

    /** Nothing more has come for a while: it is a stream. */
    void standsStill() {
        if (state == State.HELD && trailers == null) {
            state = State.GIVING_WAY;
            if (x.upstream != null) {
                x.upstream.reading(false);
            }
            reading = spill.read(this);
        }
    }

    /** The target is done: sends everything, as fast as the client reads. */
    void complete(HttpHeaders with) {
        trailers = with;
        switch (state) {
            case HELD -> {
                x.worker.deadline(x, 0);
                reading = spill.read(this);
            }
            case GIVING_WAY -> {}
            case PASSING -> x.path.relay().complete(x, with);
        }
    }

    // Not before the disk has everything, so that its failure can still be told with a clean status.
    private void begin() {
        if (!x.responding) {
            x.path.relay().respond(x, head);
        }
    }

    /** The client takes more, or less. */
    void clientWritable() {
        if (state == State.PASSING) {
            if (x.upstream != null) {
                x.upstream.reading(x.client.writable());
            }
        } else if (reading != null && x.client.writable()) {
            reading.resume();
        }
    }

    void release() {
        spill.release();
        ByteBuf data;
        while ((data = late.poll()) != null) {
            data.release();
        }
    }

    @Override
    public void drained() {
        if (state == State.HELD && x.upstream != null) {
            awaitMore();
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
        begin();
        ByteBuf data;
        while (!x.done() && (data = late.poll()) != null) {
            x.path.relay().writeBody(x, data);
        }
        if (x.done()) {
            return;
        }
        HttpHeaders last = trailers;
        if (last != null) {
            x.path.relay().complete(x, last);
            return;
        }
        state = State.PASSING;
        reading = null;
        spill.release();
        x.client.flush();
        clientWritable();
    }
}
