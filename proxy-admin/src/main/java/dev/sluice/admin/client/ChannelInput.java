package dev.sluice.admin.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * What comes on a blocking channel. The JDK's own stream of a channel can be given time limits, for which it starts all
 * of the JDK's networking: 6 ms of a command.
 */
final class ChannelInput extends BlockInput {
    private final SocketChannel channel;

    ChannelInput(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        return channel.read(ByteBuffer.wrap(bytes, offset, length));
    }
}
