package dev.sluice.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;

/** The first message of a TLS handshake, which comes before any certificate is chosen. */
class ClientHelloFuzz {
    private static final Channel CHANNEL = new EmbeddedChannel();

    @FuzzTest(maxDuration = "5s")
    void anyMessageIsReadAsFarAsItIsUnderstood(byte[] bytes) {
        ByteBuf message = Unpooled.wrappedBuffer(bytes);
        ClientHello hello = ClientHello.read("app.test.", CHANNEL, message);
        assertThat(hello.serverName()).isEqualTo("app.test");
        assertThat(hello.protocols()).hasSizeLessThanOrEqualTo(bytes.length);
        assertThat(message.readerIndex()).isZero();
        message.release();
    }
}
