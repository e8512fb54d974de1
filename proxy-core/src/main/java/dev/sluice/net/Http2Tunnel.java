package dev.sluice.net;

import dev.sluice.exchange.TunnelEnd;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * An HTTP/2 stream as the client's end of a tunnel (RFC 8441 5): bytes are DATA, an orderly end is END_STREAM, any other
 * is RST_STREAM with CANCEL. Owned by the connection's event loop.
 */
final class Http2Tunnel implements TunnelEnd {
    private final Http2Streams connection;
    private final Http2Client client;
    private final Http2Stream stream;

    Http2Tunnel(Http2Streams connection, Http2Client client, Http2Stream stream) {
        this.connection = connection;
        this.client = client;
        this.stream = stream;
    }

    @Override
    public void write(ByteBuf data) {
        client.body(data);
    }

    @Override
    public void flush() {
        client.flush();
    }

    @Override
    public boolean writable() {
        return client.writable();
    }

    @Override
    public void reading(boolean wanted) {
        client.reading(wanted);
    }

    @Override
    public void finish() {
        if (client.open()) {
            client.flush();
            connection
                    .encoder()
                    .writeData(
                            connection.ctx(),
                            stream.id(),
                            Unpooled.EMPTY_BUFFER,
                            0,
                            true,
                            connection.ctx().newPromise());
            // What the client still sends is not wanted, but must not hold up the connection's other streams.
            reading(true);
            flush();
        }
    }

    @Override
    public void close() {
        if (stream.state() != Http2Stream.State.CLOSED) {
            connection
                    .encoder()
                    .writeRstStream(
                            connection.ctx(),
                            stream.id(),
                            Http2Error.CANCEL.code(),
                            connection.ctx().newPromise());
            flush();
        }
    }
}
