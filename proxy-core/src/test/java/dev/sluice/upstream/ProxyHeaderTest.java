package dev.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ProxyHeaderTest {
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter()) {
        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress("192.0.2.1", 3000);
        }
    };

    private byte[] written() {
        channel.flush();
        ByteBuf bytes = channel.readOutbound();
        try {
            return ByteBufUtil.getBytes(bytes);
        } finally {
            bytes.release();
        }
    }

    @Test
    void version1IsALine() {
        ProxyHeader.write(channel, ProxyProtocol.V1, "203.0.113.9", 4711);

        assertThat(new String(written(), StandardCharsets.US_ASCII))
                .isEqualTo("PROXY TCP4 203.0.113.9 192.0.2.1 4711 3000\r\n");
    }

    @Test
    void aClientOfTheOtherFamilyIsNamedAllTheSame() {
        ProxyHeader.write(channel, ProxyProtocol.V1, "2001:db8::1", 4711);

        assertThat(new String(written(), StandardCharsets.US_ASCII))
                .isEqualTo("PROXY TCP6 2001:db8::1 :: 4711 3000\r\n");
    }

    @Test
    void version2HasTheAddressesInBytes() {
        ProxyHeader.write(channel, ProxyProtocol.V2, "203.0.113.9", 4711);

        assertThat(HexFormat.of().withUpperCase().formatHex(written()))
                .isEqualTo("0D0A0D0A000D0A515549540A2111000CCB007109C000020112670BB8");
    }

    @Test
    void theProxysOwnConnectionsNameNobody() {
        ProxyHeader.writeOwn(channel, ProxyProtocol.V1);
        assertThat(new String(written(), StandardCharsets.US_ASCII)).isEqualTo("PROXY UNKNOWN\r\n");

        ProxyHeader.writeOwn(channel, ProxyProtocol.V2);
        assertThat(HexFormat.of().withUpperCase().formatHex(written())).isEqualTo("0D0A0D0A000D0A515549540A20000000");
    }
}
