package dev.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateSource;
import dev.sluice.tls.ClientHello;
import dev.sluice.tls.NameNotAllowed;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnDemandCertificatesTest {
    private static final Certificate CERTIFICATE = certificate();

    private final Map<String, Certificate> stored = new ConcurrentHashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> ordered = new ArrayList<>();
    private final AtomicLong now = new AtomicLong();
    private Function<String, CompletionStage<HostCheck.Verdict>> application = _ -> answer(200);
    private Function<String, CompletionStage<Certificate>> authority =
            _ -> CompletableFuture.completedFuture(CERTIFICATE);
    private final OnDemandCertificates certificates = new OnDemandCertificates(
            new CertificateSource() {
                @Override
                public @Nullable Certificate find(String serverName) {
                    return stored.get(serverName);
                }
            },
            host -> {
                asked.add(host);
                return application.apply(host);
            },
            host -> {
                ordered.add(host);
                return authority.apply(host);
            },
            Duration.ofHours(1),
            now::get);

    private static Certificate certificate() {
        try {
            X509Bundle bundle = new CertificateBuilder()
                    .ecp256()
                    .subject("CN=app.test")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
            return new Certificate(
                    List.of(bundle.getCertificate()), bundle.getKeyPair().getPrivate());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static CompletionStage<HostCheck.Verdict> answer(int status) {
        return CompletableFuture.completedFuture(new HostCheck.Verdict(status, "body"));
    }

    private static ClientHello hello(String host, int client) {
        try {
            byte[] address = {10, (byte) (client >> 16), (byte) (client >> 8), (byte) client};
            return new ClientHello(host, InetAddress.getByAddress(address), null, true, List.of());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private CompletableFuture<Certificate> obtain(String host) {
        return obtain(host, 1);
    }

    private CompletableFuture<Certificate> obtain(String host, int client) {
        return certificates.obtain(host, hello(host, client)).toCompletableFuture();
    }

    private void expectRefusal(String host, String why) {
        assertThatThrownBy(() -> obtain(host).get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(NameNotAllowed.class)
                .hasMessageContaining(why);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void anAllowedHostGetsACertificateAndKeepsIt() throws Exception {
        assertThat(certificates.find("app.test")).isNull();
        assertThat(obtain("app.test").get()).isSameAs(CERTIFICATE);
        assertThat(certificates.find("app.test")).isSameAs(CERTIFICATE);
        assertThat(asked).containsExactly("app.test");
        assertThat(ordered).containsExactly("app.test");
    }

    @Test
    void aStoredCertificateIsServedWithoutAsking() {
        stored.put("app.test", CERTIFICATE);
        assertThat(certificates.find("app.test")).isSameAs(CERTIFICATE);
        assertThat(asked).isEmpty();
    }

    @Test
    void aDenialIsRememberedForAMinute() throws Exception {
        application = _ -> answer(404);
        expectRefusal("app.test", "app.test is not allowed to get a certificate (status: 404, body: \"body\")");
        expectRefusal("app.test", "denied");
        pass(Duration.ofSeconds(59));
        expectRefusal("app.test", "denied");
        assertThat(asked).hasSize(1);
        pass(Duration.ofSeconds(2));
        application = _ -> answer(200);
        assertThat(obtain("app.test").get()).isSameAs(CERTIFICATE);
    }

    @Test
    void onlyStatus200Allows() {
        for (int status : List.of(201, 204, 301, 302, 401, 500)) {
            application = _ -> answer(status);
            expectRefusal("a" + status + ".test", "status: " + status);
        }
        assertThat(ordered).isEmpty();
    }

    @Test
    void anAllowedHostIsNotAskedForAgainWhenItsOrderFailed() throws Exception {
        authority = _ -> CompletableFuture.failedFuture(new IOException("the authority is down"));
        assertThatThrownBy(() -> obtain("app.test").get()).hasMessageContaining("the authority is down");
        authority = _ -> CompletableFuture.completedFuture(CERTIFICATE);
        assertThat(obtain("app.test").get()).isSameAs(CERTIFICATE);
        assertThat(asked).hasSize(1);
        assertThat(ordered).hasSize(2);
    }

    @Test
    void anApplicationThatIsDownIsAskedAgainSoonAndHurtsNoStoredName() throws Exception {
        stored.put("old.test", CERTIFICATE);
        application = _ -> CompletableFuture.failedFuture(new IOException("connection refused"));
        expectRefusal("app.test", "connection refused");
        expectRefusal("app.test", "failed a moment ago");
        assertThat(certificates.find("old.test")).isSameAs(CERTIFICATE);
        pass(Duration.ofSeconds(11));
        application = _ -> answer(200);
        assertThat(obtain("app.test").get()).isSameAs(CERTIFICATE);
    }

    @Test
    void handshakesForOneNameShareOneCheckAndOneOrder() throws Exception {
        CompletableFuture<HostCheck.Verdict> verdict = new CompletableFuture<>();
        application = _ -> verdict;
        List<CompletableFuture<Certificate>> waiting = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            waiting.add(obtain("app.test", i));
        }
        expectRefusal("app.test", "too many handshakes wait");
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        verdict.complete(new HostCheck.Verdict(200, ""));
        for (CompletableFuture<Certificate> one : waiting) {
            assertThat(one.get()).isSameAs(CERTIFICATE);
        }
        assertThat(asked).hasSize(1);
        assertThat(ordered).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "127.0.0.1",
                "1.2.3.4",
                "::1",
                "[::1]",
                "2001:db8::1",
                "a_b.test",
                "-a.test",
                "a-.test",
                "a..test",
                ".test",
                "*.test",
                "app.123",
                "ä.test",
                "a b.test",
                "a/b.test",
                ""
            })
    void nonsenseIsRefusedBeforeAnyoneIsAsked(String name) {
        expectRefusal(name, "not the name of a public host");
        expectRefusal("a".repeat(64) + ".test", "not the name");
        expectRefusal("a.".repeat(130) + "test", "not the name");
        assertThat(asked).isEmpty();
    }

    @Test
    void tenThousandRandomNamesInAMinuteMakeNoOrderAndFewChecks() {
        application = _ -> answer(403);
        Random random = new Random(7);
        stored.put("customer.test", CERTIFICATE);
        for (int i = 0; i < 10_000; i++) {
            String name = Long.toString(random.nextLong() >>> 1, 36);
            int client = random.nextInt(1 << 20);
            assertThat(obtain(name + (i % 2 == 0 ? ".test" : "." + name + ".test"), client))
                    .isCompletedExceptionally();
            assertThat(certificates.find("customer.test")).isSameAs(CERTIFICATE);
            pass(Duration.ofMillis(6));
        }
        assertThat(asked).hasSizeBetween(30, 199);
        assertThat(ordered).isEmpty();
    }

    @Test
    void oneClientAndOneDomainCannotUseUpAllChecks() throws Exception {
        application = _ -> answer(403);
        for (int i = 0; i < 100; i++) {
            expectRefusal("a" + i + ".b" + i + ".test", "");
        }
        assertThat(asked).as("by one client").hasSize(20);
        for (int i = 0; i < 100; i++) {
            obtain("a" + i + ".one.test", 100 + i);
        }
        assertThat(asked).as("and for one domain").hasSize(50);
        application = _ -> answer(200);
        assertThat(obtain("new.customer.test", 1000).get()).isSameAs(CERTIFICATE);
    }

    @Test
    void checksUnderWayAreLimitedPerClient() {
        application = _ -> new CompletableFuture<>();
        for (int i = 0; i < 20; i++) {
            obtain("a" + i + ".b" + i + ".test");
        }
        assertThat(asked).hasSize(8);
    }
}
