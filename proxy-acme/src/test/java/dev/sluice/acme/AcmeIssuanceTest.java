package dev.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.tls.Certificate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcmeIssuanceTest {
    @TempDir
    private Path cache;

    private FakeAuthority authority;
    private FileStore store;
    private final AtomicInteger placed = new AtomicInteger();

    @BeforeEach
    void start() throws Exception {
        authority = new FakeAuthority();
        store = new FileStore(cache.toString(), authority.directory());
    }

    @AfterEach
    void close() {
        authority.close();
    }

    private AcmeIssuance issuance(String profile, String eabKeyId, String eabKey) {
        return new AcmeIssuance(
                new AcmeOptions(
                        List.of(authority.directory()),
                        "",
                        "ops@sluice.test",
                        eabKeyId,
                        eabKey,
                        profile,
                        Duration.ZERO,
                        DnsOptions.NONE),
                new PendingChallenges());
    }

    private AcmeIssuance issuance() {
        return issuance("", "", "");
    }

    private Certificate obtain(AcmeIssuance issuance, String name, @Nullable Certificate replaced) throws Exception {
        return issuance.obtain(new Issuance.Request(
                Issuer.of(authority.directory()),
                store,
                NameSet.of(name),
                ChallengeKind.HTTP_01,
                replaced,
                placed::incrementAndGet));
    }

    @Test
    void aCertificateIsObtainedWithOneOrderAndTheAccountIsKept() throws Exception {
        Certificate certificate = obtain(issuance(), "app.sluice.test", null);
        assertThat(certificate.chain().getFirst().getSubjectAlternativeNames().toString())
                .contains("app.sluice.test");
        obtain(issuance(), "www.sluice.test", null);

        assertThat(authority.accounts).hasSize(1);
        assertThat(authority.accounts.getFirst().toString()).contains("mailto:ops@sluice.test");
        assertThat(authority.orders).hasSize(2);
        assertThat(placed).hasValue(2);
        assertThat(store.names()).containsExactly("acme_account+key", "acme_account+url");
        assertThat(new String(store.load("acme_account+key"), StandardCharsets.US_ASCII))
                .startsWith("-----BEGIN EC PRIVATE KEY-----");
    }

    @Test
    void anAddressIsOrderedAsOne() throws Exception {
        obtain(issuance(), "192.0.2.7", null);
        assertThat(authority.orders.getFirst().toString()).contains("\"ip\"").contains("192.0.2.7");
    }

    @Test
    void anAccountThatTheAuthorityHasForgottenIsMadeAnewWithTheSameOrderCount() throws Exception {
        AcmeIssuance issuance = issuance();
        obtain(issuance, "app.sluice.test", null);
        authority.forget();
        obtain(issuance, "app.sluice.test", null);
        assertThat(authority.accounts).hasSize(2);
        assertThat(placed).hasValue(2);
    }

    @Test
    void theProfileIsAskedForWhereTheAuthorityHasIt() throws Exception {
        obtain(issuance("shortlived", "", ""), "app.sluice.test", null);
        authority.profiles = true;
        obtain(issuance("shortlived", "", ""), "app.sluice.test", null);
        assertThat(authority.orders.getFirst().contains("profile")).isFalse();
        assertThat(authority.orders.getLast().get("profile").asString()).isEqualTo("shortlived");
    }

    @Test
    void accountsAreBoundToCustomersWhereThatIsAsked() throws Exception {
        authority.bindings = true;
        assertThatThrownBy(() -> obtain(issuance(), "app.sluice.test", null))
                .isInstanceOf(OrderFailed.class)
                .hasMessageContaining("--acme-eab-kid");
        obtain(
                issuance("", "customer-1", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"),
                "app.sluice.test",
                null);
        assertThat(authority.accounts.getFirst().contains("externalAccountBinding"))
                .isTrue();
    }

    @Test
    void aRateLimitIsToldOfWithItsEnd() {
        authority.rateLimitedForSeconds = 7200;
        OrderFailed failed = catchThrowableOfType(OrderFailed.class, () -> obtain(issuance(), "app.sluice.test", null));
        assertThat(failed).hasMessageContaining("rate limited until").hasMessageContaining("too many certificates");
        assertThat(failed.retryAfter())
                .isBetween(Instant.now().plusSeconds(7100), Instant.now().plusSeconds(7201));
    }

    @Test
    void renewalAdviceIsReadAndTheReplacedCertificateNamed() throws Exception {
        Instant start = Instant.now().plus(2, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
        authority.window = "{\"start\":\"" + start + "\",\"end\":\"" + start.plusSeconds(3600) + "\"}";
        AcmeIssuance issuance = issuance();
        Certificate first = obtain(issuance, "app.sluice.test", null);

        Issuance.Advice advice = issuance.advice(Issuer.of(authority.directory()), store, first);
        assertThat(advice.start()).isEqualTo(start);
        assertThat(advice.end()).isEqualTo(start.plusSeconds(3600));
        assertThat(advice.askAgain())
                .isBetween(Instant.now().plusSeconds(7000), Instant.now().plusSeconds(7201));

        obtain(issuance, "app.sluice.test", first);
        assertThat(authority.orders.getFirst().contains("replaces")).isFalse();
        assertThat(authority.orders.getLast().get("replaces").asString()).contains(".");
    }

    @Test
    void anAuthorityWithoutAdviceIsNotAskedSoonAgain() throws Exception {
        AcmeIssuance issuance = issuance();
        Certificate certificate = obtain(issuance, "app.sluice.test", null);
        Issuance.Advice advice = issuance.advice(Issuer.of(authority.directory()), store, certificate);
        assertThat(advice.start()).isNull();
        assertThat(advice.askAgain()).isAfter(Instant.now().plus(23, ChronoUnit.HOURS));
    }

    @Test
    void anAuthorityThatIsDownIsSaidToBe() {
        authority.close();
        assertThatThrownBy(() -> obtain(issuance(), "app.sluice.test", null))
                .isInstanceOf(OrderFailed.class)
                .hasMessageContaining("does not accept connections from here");
        assertThat(placed).hasValue(0);
    }

    @Test
    void anAccountOfKamalProxyIsUsed() throws Exception {
        // As Go writes it: SEC 1 with curve and public key.
        FileStore other = new FileStore(cache.resolve("other").toString(), authority.directory());
        new Accounts(AcmeOptions.DEFAULT).login(Issuer.of(authority.directory()), other);
        store.save("acme_account+key", java.util.Objects.requireNonNull(other.load("acme_account+key")));
        obtain(issuance(), "app.sluice.test", null);
        assertThat(Files.readAllBytes(Path.of(store.location(), "acme_account+url")))
                .isEqualTo(Files.readAllBytes(Path.of(other.location(), "acme_account+url")));
    }
}
