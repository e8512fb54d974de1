package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.observe.Events;
import dev.sluice.tls.ClientHelloGate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * PROXY headers, byte for byte: each ends the connection, or is waited for, or lets pass exactly what follows it,
 * whatever pieces it comes in; no buffer is left behind.
 */
class ProxyHeaderFuzz {
    // Held: the logging would forget its level. A line for each that is refused is more than anyone wants to read.
    private static final Logger EVENTS = Logger.getLogger(Events.LOGGER_NAME);

    // With its line end: proxy-protocol.txt 2.1.
    private static final int LONGEST_V1 = 107;

    static {
        EVENTS.setLevel(Level.OFF);
    }

    @FuzzTest(maxDuration = "5s")
    @DictionaryEntries({
        "PROXY TCP4 203.0.113.9 192.0.2.1 4711 80\\x0d\\x0a",
        "PROXY TCP6 2001:db8::9 2001:db8::1 4711 80\\x0d\\x0a",
        "PROXY UNKNOWN\\x0d\\x0a",
        "\\x0d\\x0a\\x0d\\x0a\\x00\\x0d\\x0aQUIT\\x0a",
        "\\x20\\x00\\x00\\x00",
        "\\x21\\x11\\x00\\x0c\\xcb\\x00\\x71\\x09\\xc0\\x00\\x02\\x01\\x12\\x67\\x00\\x50",
        "\\x21\\x21\\x00\\x24",
        "\\x21\\x31\\x00\\xd8",
        "\\x04\\x00\\x03abc",
        "\\x20\\x00\\x05\\x01\\x00\\x00\\x00\\x00",
        "65536",
        "::ffff:203.0.113.9"
    })
    void everyHeaderIsRefusedOrLetsPassWhatFollows(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        Passage whole = passage(bytes, bytes.length);
        Passage pieces = passage(bytes, (bytes[0] & 7) + 1);
        // Netty takes a few bytes more than the longest header of version 1 if they come at once.
        int header = bytes.length - 1 - whole.behind.length() / 2;
        boolean overlong = whole.let && bytes[1] == 'P' && header > LONGEST_V1;
        if (!overlong || pieces.let) {
            assertThat(pieces).isEqualTo(whole);
        }
    }

    /**
     * What has come of a connection.
     *
     * @param let whether the header was taken
     * @param client null when it is the balancer
     * @param behind what passed, as hexadecimal digits
     */
    private record Passage(
            boolean refused, boolean let, @Nullable InetSocketAddress client, String behind) {}

    /** Of these bytes but the first, which chooses the pieces. */
    private static Passage passage(byte[] bytes, int piece) {
        UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAllocator(buffers);
        Rest rest = new Rest();
        channel.pipeline().addLast(new ProxyProtocolGate(Duration.ofMinutes(1), known -> {
            assertThat(rest.laidOut).isFalse();
            rest.laidOut = true;
            known.pipeline().addLast(rest);
        }));
        for (int at = 1; at < bytes.length && channel.isOpen(); at += piece) {
            int length = Math.min(piece, bytes.length - at);
            channel.writeInbound(buffers.buffer(length).writeBytes(bytes, at, length));
        }
        assertThat((Object) channel.readInbound()).as("what reaches nobody").isNull();
        boolean refused = !channel.isOpen();
        InetSocketAddress client = channel.attr(ClientHelloGate.CLIENT).get();
        channel.finishAndReleaseAll();
        assertThat(buffers.metric().usedHeapMemory()).as("bytes not released").isZero();

        byte[] behind = rest.bytes.toByteArray();
        if (rest.laidOut) {
            assertThat(refused).isFalse();
            assertThat(behind).isEqualTo(Arrays.copyOfRange(bytes, bytes.length - behind.length, bytes.length));
            assertThat(bytes.length - 1 - behind.length)
                    .as("length of the header")
                    .isGreaterThanOrEqualTo(15);
        } else {
            assertThat(behind).isEmpty();
            assertThat(client).isNull();
        }
        assertThat(client == null || !client.isUnresolved()).isTrue();
        return new Passage(refused, rest.laidOut, client, HexFormat.of().formatHex(behind));
    }

    /** Takes what passes. */
    private static final class Rest extends ChannelInboundHandlerAdapter {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean laidOut;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf data = (ByteBuf) message;
            byte[] part = new byte[data.readableBytes()];
            data.readBytes(part).release();
            bytes.writeBytes(part);
        }
    }
}
