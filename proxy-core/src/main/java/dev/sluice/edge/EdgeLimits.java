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
 */
public record EdgeLimits(Times times, Heads heads, Connections connections, Http2 http2, long maxBody) {

    public static final EdgeLimits DEFAULT =
            new EdgeLimits(Times.DEFAULT, Heads.DEFAULT, Connections.DEFAULT, Http2.DEFAULT, 0);

    /**
     * Zero is for ever.
     *
     * @param head from the connection's beginning, or from the head's first byte, to the head's end; TLS included
     * @param body between two parts of a request's body
     * @param write between two parts of a response that the client takes
     * @param keepAlive without a request
     */
    public record Times(Duration head, Duration body, Duration write, Duration keepAlive) {
        /** The shortest that is set; a long time for none. */
        public Duration shortest() {
            return Stream.of(head, body, write, keepAlive)
                    .filter(Duration::isPositive)
                    .min(Comparator.naturalOrder())
                    .orElse(Duration.ofDays(1));
        }

        public static final Times DEFAULT = new Times(
                Duration.ofSeconds(15), Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofSeconds(75));
    }

    /**
     * @param bytes of a request's head, whatever the protocol
     * @param fields in it, with each crumb of an HTTP/2 cookie counted
     */
    public record Heads(int bytes, int fields) {
        public static final Heads DEFAULT = new Heads(1 << 20, 1000);
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
     * @param resets of streams in {@link #RESET_SECONDS}, counted for each side
     * @param controlFrames answers to SETTINGS and PING, and resets, that wait to be read
     * @param emptyFrames DATA frames without data, one after the other
     * @param smallContinuations CONTINUATION frames of a head that are nearly empty
     */
    public record Http2(int streams, int resets, int controlFrames, int emptyFrames, int smallContinuations) {
        public static final int RESET_SECONDS = 30;
        public static final Http2 DEFAULT = new Http2(100, 200, 1000, 2, 16);
    }
}
