package dev.sluice.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * Makes the TLS context of one certificate: TLS 1.2 with authenticated ciphers and forward secrecy, and 1.3; h2 and
 * http/1.1 by ALPN; key exchange with X25519MLKEM768 first. Takes milliseconds and blocks.
 */
final class ServerContext {
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    // Post-quantum first (draft-ietf-tls-ecdhe-mlkem); the others for clients that do not know it.
    private static final String[] GROUPS = {"X25519MLKEM768", "X25519", "P-256", "P-384"};

    // Clients without ALPN, or without a protocol in common, go on and are taken for HTTP/1.1.
    private static final ApplicationProtocolConfig ALPN = new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_2,
            ApplicationProtocolNames.HTTP_1_1);

    // Of a certificate that answers a challenge (RFC 8737 3): it speaks this protocol and is good for nothing else.
    private static final String ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31";
    private static final ApplicationProtocolConfig CHALLENGE_ALPN = new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            ClientHello.ACME_TLS);

    private ServerContext() {}

    static SslContext of(Certificate certificate) throws SSLException {
        SslProvider provider = provider(certificate);
        SslContextBuilder builder = SslContextBuilder.forServer(certificate.key(), certificate.chain())
                .sslProvider(provider)
                // PKCS12, the default, derives keys from a password that protects nothing here, and slowly.
                .keyStoreType("JKS")
                .trustManager(new NoClientCertificates())
                .protocols("TLSv1.3", "TLSv1.2")
                .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .applicationProtocolConfig(
                        certificate.chain().getFirst().getExtensionValue(ACME_IDENTIFIER) == null
                                ? ALPN
                                : CHALLENGE_ALPN);
        if (provider != SslProvider.JDK) {
            builder.option(OpenSslContextOption.GROUPS, GROUPS.clone());
        }
        return builder.build();
    }

    // The native library finds the certificate by the names RSA and EC alone.
    private static SslProvider provider(Certificate certificate) {
        String algorithm = certificate.key().getAlgorithm();
        boolean known = algorithm.equals("RSA") || algorithm.equals("EC");
        return known && OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
    }
}
