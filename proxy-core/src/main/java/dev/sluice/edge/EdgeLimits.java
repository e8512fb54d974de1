package dev.sluice.edge;

import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * What clients may take of the proxy. Immutable.
 *
 * @param times how long they may take
 * @param heads how large a request's head may be
 * @param connections how many there may be
 * @param http2 what an HTTP/2 connection may do
 * @param maxBody bytes of a request's body; 0 for any number
 * @param minRate bytes a second that a request's body or the taking of a response must come to; 0 for any rate
 * @param spill bytes of all bodies in temporary files together; 0 for any number
 */
public record EdgeLimits(
        Times times, Heads heads, Connections connections, Http2 http2, long maxBody, long minRate, long spill) {

    public static final EdgeLimits DEFAULT =
            new EdgeLimits(Times.DEFAULT, Heads.DEFAULT, Connections.DEFAULT, Http2.DEFAULT, 0, 0, 1L << 30);

    /** With the usual rate and room for spilled bodies. */
    public EdgeLimits(Times times, Heads heads, Connections connections, Http2 http2, long maxBody) {
        this(times, heads, connections, http2, maxBody, DEFAULT.minRate, DEFAULT.spill);
    }

    public EdgeLimits with(Times other) {
        return new EdgeLimits(other, heads, connections, http2, maxBody, minRate, spill);
    }

    public EdgeLimits with(Connections other) {
        return new EdgeLimits(times, heads, other, http2, maxBody, minRate, spill);
    }

    public EdgeLimits withMinRate(long other) {
        return new EdgeLimits(times, heads, connections, http2, maxBody, other, spill);
    }

    public EdgeLimits withSpill(long other) {
        return new EdgeLimits(times, heads, connections, http2, maxBody, minRate, other);
    }

    /**
     * Zero is for ever.
     *
     * @param head from the connection's beginning, or from the head's first byte, to the head's end; TLS included
     * @param body between two parts of a request's body
     * @param write between two parts of a response that the client takes
     * @param keepAlive without a request
     */
    public record Times(Duration head, Duration body, Duration write, Duration keepAlive) {
        public static final Times DEFAULT = new Times(
                Duration.ofSeconds(15), Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofSeconds(75));

        /** The shortest that is set; a long time for none. */
        public Duration shortest() {
            return Stream.of(head, body, write, keepAlive)
                    .filter(Duration::isPositive)
                    .min(Comparator.naturalOrder())
                    .orElse(Duration.ofDays(1));
        }

        /** A part of each, for when there is little left to share; what is for ever stays so. */
        public Times dividedBy(int parts) {
            return new Times(part(head, parts), part(body, parts), part(write, parts), part(keepAlive, parts));
        }

        // Duration's own way leads through BigDecimal, which costs each start 7 ms.
        private static Duration part(Duration whole, int parts) {
            return Duration.ofNanos(whole.toNanos() / parts);
        }
    }

    /**
     * Also those of a request's trailers.
     *
     * @param bytes of a request's head, whatever the protocol
     * @param fields in it, with each crumb of an HTTP/2 cookie counted
     */
    public record Heads(int bytes, int fields) {
        public static final Heads DEFAULT = new Heads(256 * 1024, 256);
    }

    /**
     * Zero is any number.
     *
     * @param total of all clients
     * @param perClient of one client's address
     */
    public record Connections(int total, int perClient) {
        public static final Connections DEFAULT = new Connections(0, 0);
    }

    /**
     * What one HTTP/2 connection may do (RFC 9113 10.5).
     *
     * @param streams at once
     * @param streamWindow bytes of a request's body that may be on their way
     * @param connectionWindow bytes of all its requests' bodies that may be on their way
     * @param resets of streams in {@link #RESET_SECONDS}, counted for each side
     * @param controlFrames answers to SETTINGS and PING, and resets, that wait to be read
     * @param emptyFrames DATA frames without data, one after the other
     * @param smallContinuations CONTINUATION frames of a head that are nearly empty
     * @param priorities PRIORITY frames for each stream there was
     * @param windowUpdates WINDOW_UPDATE frames for each DATA frame that was sent
     */
    public record Http2(
            int streams,
            int streamWindow,
            int connectionWindow,
            int resets,
            int controlFrames,
            int emptyFrames,
            int smallContinuations,
            int priorities,
            int windowUpdates) {
        public static final int RESET_SECONDS = 30;
        public static final Http2 DEFAULT = new Http2(100, 256 * 1024, 1 << 20, 200, 1000, 2, 16, 100, 10);
    }
}
