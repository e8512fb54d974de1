package dev.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.service.ControlFailure;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TlsOptions;
import dev.sluice.tls.CertificateSource;
import dev.sluice.tls.CertificateStatus;
import dev.sluice.tls.FilePoll;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutomaticCertificatesTest {
    // SHA-256 of the empty text, and of the URL that --tls-staging chooses.
    private static final String DEFAULT_STORE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String STAGING_STORE = "67f2750652314251daad76f012141d33c9f7290f4f8ebb0a006a7f02d394a904";

    @TempDir
    private Path cache;

    private final FilePoll poll = new FilePoll(Duration.ofMillis(20));

    @AfterEach
    void close() {
        poll.close();
    }

    private static X509Bundle bundle(String name, Duration life) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .addSanDnsName(name)
                .setIsCertificateAuthority(true)
                .notBefore(Instant.now().minus(Duration.ofDays(2)))
                .notAfter(Instant.now().plus(life))
                .buildSelfSigned();
    }

    private X509Bundle store(String store, String file, String name) throws Exception {
        return write(store, file, bundle(name, Duration.ofDays(1)));
    }

    private X509Bundle write(String store, String file, X509Bundle bundle) throws IOException {
        Path directory = Files.createDirectories(cache.resolve(store));
        Path fresh = Files.writeString(
                directory.resolve(file + "123"), bundle.getPrivateKeyPEM() + bundle.getCertificatePEM());
        Files.move(fresh, directory.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        return bundle;
    }

    private CertificateSource open(String acmeDirectory, String... hosts) throws ControlFailure {
        TlsOptions tls = new TlsOptions(true, true, "", "", "", acmeDirectory, cache.toString());
        ServiceOptions options = new ServiceOptions(
                        List.of(hosts), List.of(), true, tls, "", "", Duration.ZERO, false, List.of(), "")
                .normalised();
        return automatic(options, AcmeOptions.DEFAULT).open(options, true);
    }

    // Never started, so that nothing is ordered.
    private AutomaticCertificates automatic(ServiceOptions options, AcmeOptions acme) {
        assertThat(options.tls().enabled()).isTrue();
        return new AutomaticCertificates(acme, cache, poll);
    }

    private static void expect(CertificateSource certificates, String name, X509Bundle bundle) {
        assertThat(Objects.requireNonNull(certificates.find(name), name).chain())
                .containsExactly(bundle.getCertificate());
    }

    @Test
    void aCertificateOfKamalProxyIsServed() throws Exception {
        X509Bundle bundle = store(DEFAULT_STORE, "app.test", "app.test");
        CertificateSource certificates = open("", "app.test", "other.test");
        expect(certificates, "app.test", bundle);
        assertThat(certificates.find("other.test")).isNull();
        assertThat(certificates.fault()).isNull();
    }

    @Test
    void theStagingAuthorityHasItsOwnStore() throws Exception {
        store(DEFAULT_STORE, "app.test", "app.test");
        X509Bundle staging = store(STAGING_STORE, "app.test", "app.test");
        expect(open(TlsOptions.STAGING_DIRECTORY, "app.test"), "app.test", staging);
    }

    @Test
    void hostsAreFoundInTheSpellingOfServerNames() throws Exception {
        X509Bundle upper = store(DEFAULT_STORE, "app.test", "app.test");
        X509Bundle umlaut = store(DEFAULT_STORE, "xn--bcher-kva.test", "xn--bcher-kva.test");
        CertificateSource certificates = open("", "App.TEST", "bücher.test");
        expect(certificates, "app.test", upper);
        expect(certificates, "xn--bcher-kva.test", umlaut);
    }

    @Test
    void theRsaCertificateServesWhenThereIsNoOther() throws Exception {
        X509Bundle rsa = store(DEFAULT_STORE, "app.test+rsa", "app.test");
        CertificateSource certificates = open("", "app.test");
        expect(certificates, "app.test", rsa);
        X509Bundle ec = store(DEFAULT_STORE, "app.test", "app.test");
        await().untilAsserted(() -> expect(certificates, "app.test", ec));
    }

    @Test
    void aCertificateThatComesLaterIsSeenAndOneThatGoesToo() throws Exception {
        CertificateSource certificates = open("", "app.test");
        assertThat(certificates.find("app.test")).isNull();
        X509Bundle bundle = store(DEFAULT_STORE, "app.test", "app.test");
        await().untilAsserted(() -> expect(certificates, "app.test", bundle));
        X509Bundle renewed = store(DEFAULT_STORE, "app.test", "app.test");
        await().untilAsserted(() -> expect(certificates, "app.test", renewed));
        Files.delete(cache.resolve(DEFAULT_STORE).resolve("app.test"));
        await().until(() -> certificates.find("app.test") == null);
    }

    @Test
    void anUnchangedFileStaysTheSameCertificate() throws Exception {
        store(DEFAULT_STORE, "app.test", "app.test");
        CertificateSource certificates = open("", "app.test", "b.test");
        Object before = certificates.find("app.test");
        store(DEFAULT_STORE, "b.test", "b.test");
        await().until(() -> certificates.find("b.test") != null);
        assertThat(certificates.find("app.test")).isSameAs(before);
    }

    @Test
    void expiredOnesAreServedForWantOfBetterAndBrokenOnesAreNot() throws Exception {
        X509Bundle old = write(DEFAULT_STORE, "old.test", bundle("old.test", Duration.ofDays(-1)));
        Files.writeString(cache.resolve(DEFAULT_STORE).resolve("broken.test"), "nothing");
        CertificateSource certificates = open("", "old.test", "broken.test");
        expect(certificates, "old.test", old);
        assertThat(certificates.find("broken.test")).isNull();
        assertThat(certificates.statuses())
                .extracting(CertificateStatus::state)
                .containsExactly(CertificateStatus.State.MISSING, CertificateStatus.State.EXPIRED);
    }

    @Test
    void withDnsConfiguredWildcardsAreServedFromTheirCertificate() throws Exception {
        X509Bundle bundle = store(DEFAULT_STORE, "_wildcard.a.test", "any.a.test");
        TlsOptions tls = new TlsOptions(true, true, "", "", "", "", cache.toString());
        ServiceOptions options = new ServiceOptions(
                        List.of("*.a.test", "a.test"),
                        List.of(),
                        true,
                        tls,
                        "",
                        "",
                        Duration.ZERO,
                        false,
                        List.of(),
                        "")
                .normalised();
        AcmeOptions acme = new AcmeOptions(
                List.of(Issuer.LETS_ENCRYPT), "", "", "", "", "", Duration.ZERO, new DnsOptions("hook", "", "", ""));
        CertificateSource certificates = automatic(options, acme).open(options, true);
        expect(certificates, "any.a.test", bundle);
        expect(certificates, "a.test", bundle);
        assertThat(certificates.find("b.any.a.test")).isNull();
    }

    @Test
    void withoutHostsEveryStoredOneIsServed() throws Exception {
        X509Bundle app = store(DEFAULT_STORE, "app.test", "app.test");
        X509Bundle rsa = store(DEFAULT_STORE, "rsa.test+rsa", "rsa.test");
        for (String other : List.of("acme_account+key", "acme_account.key", "app.test+token", "abc+http-01")) {
            Files.writeString(cache.resolve(DEFAULT_STORE).resolve(other), "other");
        }
        CertificateSource certificates = open("");
        expect(certificates, "app.test", app);
        expect(certificates, "rsa.test", rsa);
        X509Bundle later = store(DEFAULT_STORE, "later.test", "later.test");
        await().untilAsserted(() -> expect(certificates, "later.test", later));
    }

    @Test
    void withoutAStoreThereAreNone() throws Exception {
        assertThat(open("").find("app.test")).isNull();
        assertThat(open("", "app.test").find("app.test")).isNull();
    }

    @Test
    void wildcardsAreRefused() {
        assertThatThrownBy(() -> open("", "a.test", "*.a.test"))
                .isInstanceOf(ControlFailure.class)
                .hasMessage("automatic TLS does not support wildcards");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../etc/passwd", "a/b", "a b"})
    void hostsThatAreNoNamesAreRefused(String host) {
        assertThatThrownBy(() -> open("", host))
                .isInstanceOf(ControlFailure.class)
                .hasMessageContaining("is none");
    }

    @Test
    void aClosedSourceIsNotFollowed() throws Exception {
        CertificateSource closed = open("", "app.test");
        CertificateSource open = open("", "app.test");
        closed.close();
        store(DEFAULT_STORE, "app.test", "app.test");
        await().until(() -> open.find("app.test") != null);
        assertThat(closed.find("app.test")).isNull();
    }
}
