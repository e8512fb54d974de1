package dev.sluice.wire;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;

/**
 * Takes the messages that were read from a connection, on its event loop: a head, parts of a body, an end. Any of these
 * may end the reading ({@link MessageReader#close}).
 */
public interface MessageListener<H extends HttpMessage> {

    /** Whether the next message may be begun; asked before its first byte. See {@link MessageReader#resume}. */
    boolean ready();

    /** A message has begun. Its fields say how its body is framed, and say it once. */
    void head(H head);

    /** A part of the body, never empty; the listener releases it. */
    void body(ByteBuf data);

    /** The message is whole; with a body or without. */
    void end(HttpHeaders trailers);

    /** What came is no message: nothing more is read. */
    void malformed(MalformedMessage why);
}
