package dev.sluice.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client says of itself before a certificate is chosen. Reads as much of the message as it understands and takes
 * the rest for absent: judging it is the TLS library's business.
 *
 * @param serverName in lower case, without a dot at its end; null when the client sent none
 * @param client where the connection comes from; null when that is not known
 * @param server the address that it was made to; null when that is not known
 * @param ecdsa whether the client can check ECDSA signatures and has a cipher suite for them
 * @param protocols offered by ALPN, in the client's order
 */
public record ClientHello(
        @Nullable String serverName,
        @Nullable InetAddress client,
        @Nullable InetAddress server,
        boolean ecdsa,
        List<String> protocols) {
    /** Spoken by a certificate authority that checks a name, and by nobody else (RFC 8737). */
    public static final String ACME_TLS = "acme-tls/1";

    // RFC 8446 4.1.2, 4.2 and 4.2.3; RFC 7301 3.1.
    private static final int RANDOM_END = 34;
    private static final int SIGNATURE_ALGORITHMS = 13;
    private static final int ALPN = 16;
    private static final int ECDSA = 3;
    private static final int TLS_1_3 = 0x13;
    // RFC 5289 3.2 and RFC 7905: those with AES-GCM and with ChaCha20-Poly1305.
    private static final Set<Integer> ECDSA_SUITES = Set.of(0xc02b, 0xc02c, 0xcca9);

    public ClientHello {
        protocols = List.copyOf(protocols);
    }

    /** Whether this is a certificate authority's check. */
    public boolean challenge() {
        return protocols.contains(ACME_TLS);
    }

    /** One of a client that says no more than this. */
    public static ClientHello of(@Nullable String serverName) {
        return new ClientHello(serverName, null, null, true, List.of());
    }

    /**
     * @param serverName as the message has it
     * @param message behind the handshake header; null when there is none that could be read. Stays unchanged
     */
    static ClientHello read(@Nullable String serverName, Channel channel, @Nullable ByteBuf message) {
        String name = serverName == null ? null : withoutDot(serverName);
        boolean ecdsa = false;
        List<String> protocols = new ArrayList<>();
        if (message != null) {
            try {
                ByteBuf in = message.duplicate();
                in.skipBytes(RANDOM_END);
                in.skipBytes(in.readUnsignedByte());
                boolean suite = ecdsaSuite(in.readSlice(in.readUnsignedShort()));
                in.skipBytes(in.readUnsignedByte());
                ByteBuf extensions = in.isReadable() ? in.readSlice(in.readUnsignedShort()) : in;
                while (extensions.isReadable()) {
                    int type = extensions.readUnsignedShort();
                    int length = extensions.readUnsignedShort();
                    if (type == SIGNATURE_ALGORITHMS) {
                        ecdsa = suite && ecdsa(extensions.readSlice(length));
                    } else if (type == ALPN) {
                        addProtocols(extensions.readSlice(length), protocols);
                    } else {
                        extensions.skipBytes(length);
                    }
                }
            } catch (IndexOutOfBoundsException e) {
                // Cut short or no ClientHello: the handshake fails over it in a moment.
                ecdsa |= false;
            }
        }
        return new ClientHello(
                name, address(ClientHelloGate.client(channel)), address(channel.localAddress()), ecdsa, protocols);
    }

    private static @Nullable InetAddress address(@Nullable SocketAddress end) {
        return end instanceof InetSocketAddress socket ? socket.getAddress() : null;
    }

    static String withoutDot(String serverName) {
        return serverName.endsWith(".") ? serverName.substring(0, serverName.length() - 1) : serverName;
    }

    // Those of TLS 1.3 go with any signature.
    private static boolean ecdsaSuite(ByteBuf suites) {
        while (suites.isReadable()) {
            int suite = suites.readUnsignedShort();
            if (suite >> 8 == TLS_1_3 || ECDSA_SUITES.contains(suite)) {
                return true;
            }
        }
        return false;
    }

    // Of TLS 1.2's pairs of hash and signature, and of 1.3's schemes, those with this second byte are ECDSA.
    private static boolean ecdsa(ByteBuf body) {
        ByteBuf schemes = body.readSlice(body.readUnsignedShort());
        while (schemes.isReadable()) {
            schemes.skipBytes(1);
            if (schemes.readUnsignedByte() == ECDSA) {
                return true;
            }
        }
        return false;
    }

    private static void addProtocols(ByteBuf body, List<String> protocols) {
        ByteBuf names = body.readSlice(body.readUnsignedShort());
        while (names.isReadable()) {
            protocols.add(names.readString(names.readUnsignedByte(), StandardCharsets.US_ASCII));
        }
    }
}
