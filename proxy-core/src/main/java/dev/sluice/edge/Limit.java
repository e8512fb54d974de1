package dev.sluice.edge;

/** The limits of the edge, by what strikes them; the label is that of the metric {@code sluice_limit_hits}. */
public enum Limit {
    /** The head of a request took too long, or the handshake before it. */
    HEAD_TIME("head_time"),
    /** The body of a request stood still. */
    BODY_IDLE("body_idle"),
    /** The client did not take its response. */
    WRITE_STALL("write_stall"),
    /** A client sent its request, or took its response, more slowly than the least rate. */
    MIN_RATE("min_rate"),
    /** A connection without a request was closed. */
    KEEP_ALIVE("keep_alive"),
    /** More connections than the proxy has room for. */
    CONNECTIONS("connections"),
    /** More connections than one client may have. */
    CLIENT_CONNECTIONS("client_connections"),
    /** A request's head had too many bytes. */
    HEAD_BYTES("head_bytes"),
    /** A request's head had too many fields. */
    HEAD_FIELDS("head_fields"),
    /** A request's body had too many bytes. */
    BODY_BYTES("body_bytes"),
    /** A request's trailers had too many bytes or fields. */
    TRAILERS("trailers"),
    /** The temporary files had no room for one more body. */
    SPILL("spill"),
    /** Direct memory ran short: connections were refused, or had less time. */
    MEMORY("memory"),
    /** HTTP/2: more streams at once than were allowed. */
    STREAMS("h2_streams"),
    /** HTTP/2: the client reset streams all the time. */
    CLIENT_RESETS("h2_client_resets"),
    /** HTTP/2: the client made the proxy reset streams all the time. */
    PROXY_RESETS("h2_proxy_resets"),
    /** HTTP/2: the client asked for answers that it did not read. */
    CONTROL_FRAMES("h2_control_frames"),
    /** HTTP/2: frames with nothing in them. */
    EMPTY_FRAMES("h2_empty_frames"),
    /** HTTP/2: a head in too many pieces. */
    CONTINUATION("h2_continuation"),
    /** HTTP/2: the heads of a connection's requests had too many bytes together. */
    HEADS_TOTAL("h2_heads"),
    /** HTTP/2: priorities over and over. */
    PRIORITIES("h2_priority"),
    /** HTTP/2: windows opened over and over, with nothing sent in between. */
    WINDOW_UPDATES("h2_window_update");

    private final String label;

    Limit(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
