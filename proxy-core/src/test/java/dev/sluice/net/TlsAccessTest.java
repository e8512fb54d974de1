package dev.sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.fixture.Backend;
import dev.sluice.fixture.Http2Wire;
import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.TestCertificates;
import dev.sluice.fixture.TrustAll;
import dev.sluice.fixture.Wire;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import dev.sluice.tls.Certificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** HTTPS from outside: which connection may ask for which host. */
class TlsAccessTest {
    private static final Certificate ONE = TestCertificates.forHost("one.test", "two.test");
    private static final Certificate TWO = TestCertificates.forHost("two.test");

    private ProxyFixture proxy;
    private Backend backend;

    @BeforeEach
    void deploy() throws Exception {
        proxy = new ProxyFixture();
        backend = Backend.named("app");
        proxy.certificate("one", ONE);
        proxy.certificate("same", TestCertificates.copy(ONE));
        proxy.certificate("two", TWO);
        deploy("one", "one.test", "one");
        deploy("same", "same.test", "same");
        deploy("two", "two.test", "two");
        ServiceOptions plain = options("plain.test", TlsOptions.OFF);
        proxy.deploy("plain", plain, ProxyFixture.QUICK, Duration.ofSeconds(1), backend);
    }

    @AfterEach
    void close() throws Exception {
        proxy.close();
        backend.close();
    }

    private void deploy(String service, String host, String certificate) throws Exception {
        TlsOptions tls = new TlsOptions(true, false, certificate, certificate, "", "", "");
        proxy.deploy(service, options(host, tls), ProxyFixture.QUICK, Duration.ofSeconds(1), backend);
    }

    private static ServiceOptions options(String host, TlsOptions tls) {
        return new ServiceOptions(List.of(host), List.of(), true, tls, "", "", Duration.ZERO, false, List.of(), "");
    }

    private SSLSocket connect(Socket transport, @Nullable String serverName) throws Exception {
        SSLContext context = TrustAll.context();
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(transport, "127.0.0.1", proxy.tlsPort, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(serverName == null ? List.of() : List.of(new SNIHostName(serverName)));
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(10_000);
        socket.startHandshake();
        return socket;
    }

    private int status(@Nullable String serverName, String host) throws Exception {
        try (Wire wire = new Wire(connect(new Socket("127.0.0.1", proxy.tlsPort), serverName))) {
            wire.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            return ProxyFixture.receive(wire).status();
        }
    }

    @Test
    void aRequestOnAnotherServicesConnectionIsMisdirected() throws Exception {
        assertThat(status("one.test", "one.test")).isEqualTo(200);
        assertThat(status("one.test", "two.test")).isEqualTo(421);
        assertThat(status("one.test", "two.test:443")).isEqualTo(421);
        assertThat(status("two.test", "one.test")).isEqualTo(421);
        assertThat(proxy.log()).contains("421");
    }

    @Test
    void theVerySameCertificateServesEitherService() throws Exception {
        assertThat(status("one.test", "same.test")).isEqualTo(200);
    }

    @Test
    void overHttp2AMisdirectedRequestGets421AndTheConnectionGoesOn() throws Exception {
        try (Http2Wire wire = new Http2Wire(proxy.tlsPort, "one.test")) {
            wire.get(1, "two.test");
            assertThat(wire.response(1).status()).isEqualTo("421");
            wire.get(3, "one.test");
            assertThat(wire.response(3).status()).isEqualTo("200");
        }
    }

    @Test
    void overHttp2AConnectionMayBeSharedByHostsWithTheVerySameCertificate() throws Exception {
        try (Http2Wire wire = new Http2Wire(proxy.tlsPort, "one.test")) {
            wire.get(1, "one.test");
            assertThat(wire.response(1).status()).isEqualTo("200");
            wire.get(3, "same.test");
            assertThat(wire.response(3).status()).isEqualTo("200");
        }
    }

    @Test
    void aClientWithoutAServerNameGetsTheCertificateOfTheAddressElseTheDefault() throws Exception {
        assertThat(peer(null)).isEqualTo(ONE.chain().getFirst());
        Certificate address = TestCertificates.forHost("address.test");
        proxy.certificate("address", address);
        deploy("address", "127.0.0.1", "address");

        assertThat(peer(null)).isEqualTo(address.chain().getFirst());
        assertThat(status(null, "127.0.0.1")).isEqualTo(200);
        assertThat(peer("two.test")).isEqualTo(TWO.chain().getFirst());
    }

    private java.security.cert.Certificate peer(@Nullable String serverName) throws Exception {
        try (SSLSocket socket = connect(new Socket("127.0.0.1", proxy.tlsPort), serverName)) {
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void aServiceWithoutTlsIs503AndAnUnknownHost404() throws Exception {
        assertThat(status("one.test", "plain.test")).isEqualTo(503);
        assertThat(status("one.test", "unknown.test")).isEqualTo(404);
    }

    @Test
    void aClientWithoutAServerNameMayAskForAnyHost() throws Exception {
        assertThat(status(null, "one.test")).isEqualTo(200);
        assertThat(status(null, "two.test")).isEqualTo(200);
    }

    @Test
    void anUnknownServerNameIsRefused() {
        assertThatThrownBy(() -> status("unknown.test", "one.test"))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("internal_error");
        assertThatThrownBy(() -> status("plain.test", "plain.test")).isInstanceOf(SSLException.class);
    }

    @Test
    void aClientHelloSplitOverPacketsIsUnderstood() throws Exception {
        try (Wire wire = new Wire(connect(new Splitting("127.0.0.1", proxy.tlsPort), "one.test"))) {
            wire.send("GET / HTTP/1.1\r\nHost: one.test\r\n\r\n");
            Message response = ProxyFixture.receive(wire);
            assertThat(response.status()).isEqualTo(200);
        }
    }

    /** Sends what it is given in packets of 100 bytes. */
    private static final class Splitting extends Socket {
        Splitting(String host, int port) throws IOException {
            super(host, port);
            setTcpNoDelay(true);
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            OutputStream out = super.getOutputStream();
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    out.write(b);
                }

                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    InputStream in = new ByteArrayInputStream(bytes, from, length);
                    byte[] part = in.readNBytes(100);
                    while (part.length > 0) {
                        out.write(part);
                        out.flush();
                        part = in.readNBytes(100);
                    }
                }
            };
        }
    }
}
