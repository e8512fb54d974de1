package dev.sluice.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientHelloGateTest {
    private static final Certificate CERTIFICATE = TestCertificates.certificate("known.test");
    private static final Certificate UNPREPARED = TestCertificates.certificate("unprepared.test");

    private final SniContexts contexts = new SniContexts();
    private final HandshakeFailures failures = new HandshakeFailures();
    private final List<String> asked = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(new ClientHelloGate(this::find, contexts, failures));

    private @Nullable Certificate find(ClientHello hello) {
        String serverName = hello.serverName();
        asked.add(String.valueOf(serverName));
        if ("unprepared.test".equals(serverName)) {
            return UNPREPARED;
        }
        return "known.test".equals(serverName) || serverName == null ? CERTIFICATE : null;
    }

    @BeforeEach
    void prepare() throws CertificateUnusable {
        contexts.prepare(CERTIFICATE);
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        contexts.close();
    }

    private static byte[] hello(@Nullable String serverName) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        if (serverName != null) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
            engine.setSSLParameters(parameters);
        }
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), record);
        byte[] bytes = new byte[record.flip().remaining()];
        record.get(bytes);
        return bytes;
    }

    private byte[] written() {
        ByteBuf all = Unpooled.buffer();
        ByteBuf part = channel.readOutbound();
        while (part != null) {
            all.writeBytes(part);
            part.release();
            part = channel.readOutbound();
        }
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes).release();
        return bytes;
    }

    private void receive(byte[] bytes) {
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    }

    private void expectServerHello() {
        assertThat(channel.pipeline().get(ClientHelloGate.class)).isNull();
        assertThat(channel.pipeline().get(SslHandler.class)).isNotNull();
        byte[] answer = written();
        assertThat(answer).hasSizeGreaterThan(100);
        assertThat(answer[0]).as("handshake record").isEqualTo((byte) 22);
    }

    @Test
    void aKnownNameGetsItsCertificate() throws Exception {
        receive(hello("KNOWN.test"));
        expectServerHello();
        assertThat(asked).containsExactly("known.test");
    }

    @Test
    void withoutANameTheLookupIsAskedForNone() throws Exception {
        receive(hello(null));
        expectServerHello();
        assertThat(asked).containsExactly("null");
    }

    @Test
    void aHelloInManyPacketsIsPutTogether() throws Exception {
        for (byte b : hello("known.test")) {
            receive(new byte[] {b});
        }
        expectServerHello();
        assertThat(asked).containsExactly("known.test");
    }

    @Test
    void aHelloInManyRecordsIsPutTogether() throws Exception {
        byte[] hello = hello("known.test");
        ByteBuf records = Unpooled.buffer();
        for (int at = 5; at < hello.length; at += 50) {
            int length = Math.min(50, hello.length - at);
            records.writeBytes(hello, 0, 3).writeShort(length).writeBytes(hello, at, length);
        }
        channel.writeInbound(records);
        expectServerHello();
        assertThat(asked).containsExactly("known.test");
    }

    @Test
    void aContextThatIsNotThereYetIsWaitedFor() throws Exception {
        receive(hello("unprepared.test"));
        await().until(() -> {
            channel.runPendingTasks();
            return channel.pipeline().get(SslHandler.class) != null;
        });
        expectServerHello();
    }

    @Test
    void anUnknownNameIsRefusedWithInternalError() throws Exception {
        receive(hello("unknown.test"));
        assertThat(written()).containsExactly(21, 3, 3, 0, 2, 2, 80);
        assertThat(channel.isOpen()).isFalse();
        assertThat(failures.total().sum()).isEqualTo(1);
        assertThat(asked).containsExactly("unknown.test");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "P", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"})
    void plainHttpIsToldSo(String request) {
        receive(request.getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(written(), StandardCharsets.US_ASCII))
                .startsWith("HTTP/1.0 400 Bad Request\r\n")
                .endsWith("\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
        assertThat(channel.isOpen()).isFalse();
        assertThat(failures.total().sum()).isEqualTo(1);
        assertThat(asked).isEmpty();
    }

    @Test
    void aConnectionWithoutAHelloIsClosedInTime() {
        channel.advanceTimeBy(11, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(failures.total().sum()).as("one that never spoke").isZero();
    }

    @Test
    void halfAHelloIsClosedInTimeAndCounted() throws Exception {
        receive(Arrays.copyOf(hello("known.test"), 50));
        channel.advanceTimeBy(11, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(failures.total().sum()).isEqualTo(1);
    }

    @Test
    void aHandshakeThatDoesNotEndIsClosedInTimeAndCounted() throws Exception {
        receive(hello("known.test"));
        expectServerHello();
        channel.advanceTimeBy(11, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(failures.total().sum()).isEqualTo(1);
    }

    @Test
    void aHelloThatIsFarTooLongIsRefused() {
        byte[] start = {22, 3, 1, 0, 4, 1, 0x7f, -1, -1};
        assertThatThrownBy(() -> receive(start)).isInstanceOf(DecoderException.class);
        assertThat(channel.isOpen()).isFalse();
        assertThat(failures.total().sum()).isEqualTo(1);
    }
}
