package dev.sluice.exchange;

import io.netty.channel.Channel;

/** An HTTP/1 connection that has switched protocols. The tunnel's own end is told elsewhere. */
record HandOver(Channel channel) implements ClientConnection {

    @Override
    public void finish() {}

    @Override
    public void look(long now) {
        // A tunnel may be silent for as long as both ends like.
    }

    @Override
    public boolean busy() {
        return false;
    }

    @Override
    public void close() {
        channel.close();
    }
}
