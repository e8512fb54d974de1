package dev.sluice.tls;

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.codec.quic.SslSessionTicketKey;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of QUIC connections (RFC 9001): 1.3 only, h3 by ALPN, no early data, and for each handshake the certificate
 * that {@link CertificateLookup} finds at that moment. On event loops.
 *
 * <p>One native context serves all names: the library is given chain and key anew for each handshake, so nothing is kept
 * for a certificate. It would take a ticket for every name, though it was made for one: each handshake makes new ticket
 * keys, so none is ever taken. A handshake cannot wait here: where the certificate is still to be obtained that is begun,
 * and the client, which falls back to TCP, waits there.
 */
public final class QuicHandshakes {
    private static final String H3 = "h3";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final CertificateLookup lookup;
    private final HandshakeFailures failures;
    // By the alias under which the library asks for key and chain: the connection's id.
    private final ConcurrentMap<String, Handshake> handshakes = new ConcurrentHashMap<>();
    private final QuicSslContext context;

    /** One connection's: what the client asked for, and the certificate it gets. */
    private static final class Handshake {
        final QuicChannel channel;

        @Nullable
        String serverName;

        @Nullable
        Certificate certificate;

        boolean failed;

        Handshake(QuicChannel channel) {
            this.channel = channel;
        }
    }

    /**
     * @param failures counts the handshakes that came to nothing
     */
    public QuicHandshakes(CertificateLookup lookup, HandshakeFailures failures) {
        this.lookup = lookup;
        this.failures = failures;
        this.context = QuicSslContextBuilder.forServer(new Keys(), null)
                .trustManager(new NoClientCertificates())
                .applicationProtocols(H3)
                .earlyData(false)
                .sni(_ -> begun())
                .build();
    }

    /** The TLS engine of a new connection. */
    public QuicSslEngine engine(QuicChannel channel) {
        String alias = alias(channel);
        handshakes.put(alias, new Handshake(channel));
        channel.closeFuture().addListener(_ -> handshakes.remove(alias));
        return context.newEngine(channel.alloc(), alias, 0);
    }

    private static String alias(QuicChannel channel) {
        return channel.id().asLongText();
    }

    /** Takes note of what a connection's handlers are told of its handshake. */
    public void event(QuicChannel channel, Object event) {
        Handshake handshake = handshakes.get(alias(channel));
        if (handshake == null) {
            return;
        }
        if (event instanceof SniCompletionEvent sni && sni.hostname() != null) {
            String name = ClientHello.withoutDot(sni.hostname().toLowerCase(Locale.ROOT));
            handshake.serverName = name;
            channel.attr(ClientHelloGate.SERVER_NAME).set(name);
        } else if (event instanceof SslHandshakeCompletionEvent done) {
            if (!done.isSuccess()) {
                fail(handshake, HandshakeFailures.Cause.of(done.cause()));
            }
            handshakes.remove(alias(channel));
        }
    }

    private void fail(Handshake handshake, HandshakeFailures.Cause cause) {
        if (!handshake.failed) {
            handshake.failed = true;
            failures.add(cause, handshake.channel.eventLoop());
        }
    }

    // The library asks for the context of a name before it looks at the client's ticket.
    private QuicSslContext begun() {
        context.sessionContext()
                .setTicketKeys(new SslSessionTicketKey(
                        bytes(SslSessionTicketKey.NAME_SIZE),
                        bytes(SslSessionTicketKey.HMAC_KEY_SIZE),
                        bytes(SslSessionTicketKey.AES_KEY_SIZE)));
        return context;
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private @Nullable Certificate certificate(Handshake handshake) {
        if (handshake.certificate == null && !handshake.failed) {
            ClientHello hello = new ClientHello(
                    handshake.serverName,
                    address(handshake.channel.remoteSocketAddress()),
                    address(handshake.channel.localSocketAddress()),
                    true,
                    List.of(H3));
            handshake.certificate = lookup.find(hello);
            if (handshake.certificate == null) {
                fail(handshake, missing(hello));
            }
        }
        return handshake.certificate;
    }

    private HandshakeFailures.Cause missing(ClientHello hello) {
        if (lookup.obtain(hello) != null) {
            return HandshakeFailures.Cause.NOT_OBTAINED;
        }
        return hello.serverName() == null ? HandshakeFailures.Cause.NO_NAME : HandshakeFailures.Cause.UNKNOWN_NAME;
    }

    private static @Nullable InetAddress address(@Nullable SocketAddress end) {
        return end instanceof InetSocketAddress socket ? socket.getAddress() : null;
    }

    /** Where the library finds chain and key, by alias. */
    private final class Keys extends X509ExtendedKeyManager {
        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
            String alias = engine.getSession().getPeerHost();
            Handshake handshake = handshakes.get(alias);
            Certificate certificate = handshake == null ? null : certificate(handshake);
            return certificate != null && certificate.key().getAlgorithm().equals(keyType) ? alias : null;
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            Certificate certificate = known(alias);
            return certificate == null ? null : certificate.chain().toArray(X509Certificate[]::new);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return Objects.requireNonNull(known(alias)).key();
        }

        private @Nullable Certificate known(String alias) {
            Handshake handshake = handshakes.get(alias);
            return handshake == null ? null : handshake.certificate;
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        @Override
        public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }
    }
}
