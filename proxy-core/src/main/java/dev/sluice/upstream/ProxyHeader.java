package dev.sluice.upstream;

import dev.sluice.service.DeliveryOptions.ProxyProtocol;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The first bytes of a connection to a target that wants them: whose it is (HAProxy's proxy-protocol.txt). Written in
 * front of all handlers, on the channel's event loop; not flushed.
 */
final class ProxyHeader {
    private static final byte[] UNKNOWN = "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);

    private ProxyHeader() {}

    /** The header for a client's connection; the destination is the target, whose address it has in common. */
    static void write(Channel channel, ProxyProtocol version, String client, int port) {
        byte[] source = NetUtil.createByteArrayFromIpAddressString(client);
        if (source == null) {
            writeOwn(channel, version);
            return;
        }
        boolean ipv6 = source.length == 16;
        InetSocketAddress target = (InetSocketAddress) channel.remoteAddress();
        send(
                channel,
                new HAProxyMessage(
                        version(version),
                        HAProxyCommand.PROXY,
                        ipv6 ? HAProxyProxiedProtocol.TCP6 : HAProxyProxiedProtocol.TCP4,
                        client,
                        destination(target.getAddress(), ipv6),
                        port,
                        target.getPort()));
    }

    /** The header for a connection of the proxy's own, such as a health check: LOCAL, which version 1 calls UNKNOWN. */
    static void writeOwn(Channel channel, ProxyProtocol version) {
        if (version == ProxyProtocol.V1) {
            // The encoder has no line without addresses.
            channel.pipeline().firstContext().write(Unpooled.wrappedBuffer(UNKNOWN));
            return;
        }
        send(
                channel,
                new HAProxyMessage(
                        HAProxyProtocolVersion.V2,
                        HAProxyCommand.LOCAL,
                        HAProxyProxiedProtocol.UNKNOWN,
                        null,
                        null,
                        0,
                        0));
    }

    // Source and destination are of one family; a target of the other one gets the address that stands for any.
    private static String destination(@Nullable InetAddress target, boolean ipv6) {
        if (target == null || target instanceof Inet6Address != ipv6) {
            return ipv6 ? "::" : "0.0.0.0";
        }
        String text = target.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    private static HAProxyProtocolVersion version(ProxyProtocol version) {
        return version == ProxyProtocol.V1 ? HAProxyProtocolVersion.V1 : HAProxyProtocolVersion.V2;
    }

    private static void send(Channel channel, HAProxyMessage message) {
        ChannelHandlerContext first = channel.pipeline().firstContext();
        channel.pipeline().addFirst(HAProxyMessageEncoder.INSTANCE);
        // From the handler that was first, so that only the encoder is in the way.
        first.write(message);
        channel.pipeline().remove(HAProxyMessageEncoder.INSTANCE);
    }
}
