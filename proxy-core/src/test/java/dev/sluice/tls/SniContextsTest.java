package dev.sluice.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.security.PrivateKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SniContextsTest {
    private final SniContexts contexts = new SniContexts();

    @AfterEach
    void close() {
        contexts.close();
    }

    private static SslHandler handler(SniContexts contexts, Certificate certificate) {
        return contexts.newHandler(certificate, UnpooledByteBufAllocator.DEFAULT);
    }

    @Test
    void aCertificateHasOneContext() throws Exception {
        Certificate certificate = TestCertificates.certificate("a.test");
        contexts.prepare(certificate);
        contexts.prepare(certificate);
        assertThat(contexts.size()).isEqualTo(1);
        contexts.prepare(TestCertificates.certificate("a.test"));
        assertThat(contexts.size()).isEqualTo(2);
    }

    @Test
    void theContextOfAForgottenCertificateIsReleased() throws Exception {
        contexts.prepare(TestCertificates.certificate("forgotten.test"));
        Certificate kept = TestCertificates.certificate("kept.test");
        contexts.prepare(kept);
        await().until(() -> {
            System.gc();
            return contexts.size() == 1;
        });
        SslHandler handler = handler(contexts, kept);
        assertThat(handler.engine()).isInstanceOf(ReferenceCountedOpenSslEngine.class);
        ReferenceCountUtil.release(handler.engine());
    }

    @Test
    void closingReleasesAllButLeavesOpenConnectionsTheirs() throws Exception {
        Certificate certificate = TestCertificates.certificate("a.test");
        contexts.prepare(certificate);
        SslHandler open = handler(contexts, certificate);
        contexts.close();
        assertThat(contexts.size()).isZero();
        assertThat(((ReferenceCountedOpenSslEngine) open.engine()).getSSLParameters())
                .isNotNull();
        assertThatThrownBy(() -> handler(contexts, certificate)).isInstanceOf(IllegalStateException.class);
        ReferenceCountUtil.release(open.engine());
    }

    @Test
    void aContextThatIsMadeWhileAllAreClosedIsReleasedToo() throws Exception {
        contexts.close();

        contexts.prepare(TestCertificates.certificate("late.test"));

        assertThat(contexts.size()).isZero();
    }

    @Test
    void whatTheLibraryRefusesIsTold() {
        Certificate broken =
                new Certificate(TestCertificates.certificate("b.test").chain(), new Nonsense());
        assertThatThrownBy(() -> contexts.prepare(broken))
                .isInstanceOf(CertificateUnusable.class)
                .hasMessageContaining("CN=b.test");
    }

    private static final class Nonsense implements PrivateKey {
        private static final long serialVersionUID = 1L;

        @Override
        public String getAlgorithm() {
            return "EC";
        }

        @Override
        public String getFormat() {
            return "PKCS#8";
        }

        @Override
        public byte[] getEncoded() {
            return new byte[] {1, 2, 3};
        }
    }
}
