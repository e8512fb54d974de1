package dev.sluice.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.observe.Events;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCertificatesTest {
    private static final X509Bundle FIRST = TestCertificates.bundle("first.test");
    private static final X509Bundle SECOND = TestCertificates.bundle("second.test");

    @TempDir
    private Path directory;

    private final FilePoll poll = new FilePoll(Duration.ofMillis(20));
    private final FileCertificates certificates = new FileCertificates(poll);
    private final List<LogRecord> warnings = new CopyOnWriteArrayList<>();
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            if (entry.getLevel().equals(Level.WARNING) && entry.getMessage().startsWith("Certificate files")) {
                warnings.add(entry);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private Path chain;
    private Path key;

    @BeforeEach
    void paths() {
        chain = directory.resolve("chain.pem");
        key = directory.resolve("key.pem");
        Logger.getLogger(Events.LOGGER_NAME).addHandler(recorder);
    }

    @AfterEach
    void close() {
        poll.close();
        Logger.getLogger(Events.LOGGER_NAME).removeHandler(recorder);
    }

    private void replace(Path file, String text) throws IOException {
        Path fresh = Files.writeString(directory.resolve("new"), text);
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private void write(X509Bundle bundle) throws IOException {
        replace(key, bundle.getPrivateKeyPEM());
        replace(chain, bundle.getCertificatePEM());
    }

    private static void awaitServed(CertificateSource source, X509Bundle bundle) {
        await().until(() -> {
            Certificate served = source.find("any.test");
            return served != null && served.chain().equals(List.of(bundle.getCertificate()));
        });
    }

    // So many looks that whatever a look does has been done.
    private void awaitLooks() throws InterruptedException {
        CountDownLatch looks = new CountDownLatch(4);
        Runnable look = looks::countDown;
        poll.add(look);
        looks.await();
        poll.remove(look);
    }

    @Test
    void theCertificateIsServedForEveryName() throws Exception {
        write(FIRST);
        CertificateSource source = certificates.open(List.of(new FileCertificates.Files(chain, key)), List.of());
        assertThat(Objects.requireNonNull(source.find("other.test")).chain()).containsExactly(FIRST.getCertificate());
        assertThat(source.fault()).isNull();
    }

    @Test
    void aBadPairIsRefused() {
        assertThatThrownBy(() -> certificates.open(List.of(new FileCertificates.Files(chain, key)), List.of()))
                .isInstanceOf(CertificateUnusable.class);
    }

    @Test
    void aReplacedPairIsPickedUpInEitherOrder() throws Exception {
        write(FIRST);
        CertificateSource source = certificates.open(List.of(new FileCertificates.Files(chain, key)), List.of());
        write(SECOND);
        awaitServed(source, SECOND);
        replace(chain, FIRST.getCertificatePEM());
        awaitLooks();
        assertThat(Objects.requireNonNull(source.find("")).chain()).containsExactly(SECOND.getCertificate());
        replace(key, FIRST.getPrivateKeyPEM());
        awaitServed(source, FIRST);
    }

    @Test
    void aBadNewPairKeepsTheOldOneAndIsToldOnce() throws Exception {
        write(FIRST);
        CertificateSource source = certificates.open(List.of(new FileCertificates.Files(chain, key)), List.of());
        replace(chain, "nothing");
        await().until(() -> !warnings.isEmpty());
        awaitLooks();
        assertThat(warnings).hasSize(1);
        assertThat(warnings.getFirst().getParameters())
                .anySatisfy(field -> assertThat(String.valueOf(field)).contains("chain.pem", "holds no certificate"));
        assertThat(Objects.requireNonNull(source.find("")).chain()).containsExactly(FIRST.getCertificate());
        assertThat(source.fault()).isNull();
        write(SECOND);
        awaitServed(source, SECOND);
    }

    @Test
    void aTouchedFileIsNotAnotherCertificate() throws Exception {
        write(FIRST);
        CertificateSource source = certificates.open(List.of(new FileCertificates.Files(chain, key)), List.of());
        Certificate before = source.find("");
        write(FIRST);
        awaitLooks();
        assertThat(source.find("")).isSameAs(before);
    }

    @Test
    void aSourceOpenedLaterHealsWhenTheFilesAppear() throws Exception {
        CertificateSource source = certificates.openLater(List.of(new FileCertificates.Files(chain, key)), List.of());
        assertThat(source.find("")).isNull();
        assertThat(source.fault()).contains(chain.toString(), "does not exist");
        write(FIRST);
        awaitServed(source, FIRST);
        assertThat(source.fault()).isNull();
    }

    @Test
    void aSourceOpenedLaterWithGoodFilesHasNoFault() throws Exception {
        write(FIRST);
        CertificateSource source = certificates.openLater(List.of(new FileCertificates.Files(chain, key)), List.of());
        assertThat(source.fault()).isNull();
        assertThat(source.find("")).isNotNull();
    }

    @Test
    void aLinkThatIsPointedElsewhereIsAChange() throws Exception {
        write(FIRST);
        Path link = Files.createSymbolicLink(directory.resolve("link"), chain);
        Path keyLink = Files.createSymbolicLink(directory.resolve("keylink"), key);
        CertificateSource source = certificates.open(List.of(new FileCertificates.Files(link, keyLink)), List.of());
        Path otherChain = Files.writeString(directory.resolve("chain2.pem"), SECOND.getCertificatePEM());
        Path otherKey = Files.writeString(directory.resolve("key2.pem"), SECOND.getPrivateKeyPEM());
        Files.move(
                Files.createSymbolicLink(directory.resolve("l"), otherKey),
                keyLink,
                StandardCopyOption.REPLACE_EXISTING);
        Files.move(
                Files.createSymbolicLink(directory.resolve("l"), otherChain),
                link,
                StandardCopyOption.REPLACE_EXISTING);
        awaitServed(source, SECOND);
    }

    @Test
    void aClosedSourceIsNotFollowed() throws Exception {
        write(FIRST);
        CertificateSource source = certificates.open(List.of(new FileCertificates.Files(chain, key)), List.of());
        source.close();
        write(SECOND);
        awaitLooks();
        assertThat(Objects.requireNonNull(source.find("")).chain()).containsExactly(FIRST.getCertificate());
    }

    private static CertificateBuilder lasting(Duration life) {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=Test,O=Own Authority")
                .setIsCertificateAuthority(true)
                .notBefore(Instant.now().minus(Duration.ofDays(2)))
                .notAfter(Instant.now().plus(life));
    }

    private static X509Bundle ending(Duration life, String... names) throws Exception {
        CertificateBuilder builder = lasting(life);
        for (String name : names) {
            builder.addSanDnsName(name);
        }
        return builder.buildSelfSigned();
    }

    private List<CertificateStatus> statuses(String... hosts) {
        return certificates
                .openLater(List.of(new FileCertificates.Files(chain, key)), List.of(hosts))
                .statuses();
    }

    @Test
    void eachHostIsToldHowItsCertificateStands() throws Exception {
        write(ending(Duration.ofDays(60), "app.test", "www.test"));
        assertThat(statuses("app.test", "www.test", "other.test"))
                .extracting(CertificateStatus::state)
                .containsExactly(
                        CertificateStatus.State.VALID,
                        CertificateStatus.State.VALID,
                        CertificateStatus.State.WRONG_NAME);
        assertThat(statuses("other.test").getFirst().error()).contains("app.test, www.test");
        assertThat(statuses("app.test").getFirst().issuer()).isEqualTo("Own Authority Test");
        assertThat(statuses("")).extracting(CertificateStatus::name).containsExactly("app.test");
    }

    @Test
    void oneThatEndsSoonOrHasEndedSaysSo() throws Exception {
        write(ending(Duration.ofDays(13), "app.test"));
        assertThat(statuses("app.test").getFirst().state()).isEqualTo(CertificateStatus.State.EXPIRING);
        assertThat(statuses("app.test").getFirst().error()).contains("in place of " + chain);
        write(ending(Duration.ofDays(-1), "app.test"));
        assertThat(statuses("app.test").getFirst().state()).isEqualTo(CertificateStatus.State.EXPIRED);
    }

    @Test
    void filesThatAreMissingOrGoneBadAreShown() throws Exception {
        CertificateStatus missing = statuses("app.test").getFirst();
        assertThat(missing.state()).isEqualTo(CertificateStatus.State.MISSING);
        assertThat(missing.error()).contains(chain.toString());

        write(ending(Duration.ofDays(60), "app.test"));
        CertificateSource source =
                certificates.open(List.of(new FileCertificates.Files(chain, key)), List.of("app.test"));
        replace(chain, "nothing");
        await().untilAsserted(() -> assertThat(source.statuses().getFirst().error())
                .contains("those from before are served", "holds no certificate"));
        assertThat(source.statuses().getFirst().state()).isEqualTo(CertificateStatus.State.VALID);
    }

    @Test
    void anAddressIsANameOfItsCertificate() throws Exception {
        write(lasting(Duration.ofDays(60))
                .addSanIpAddress("192.0.2.7")
                .addSanIpAddress("2001:db8:0:0:0:0:0:1")
                .buildSelfSigned());
        assertThat(statuses("192.0.2.7", "2001:db8::1"))
                .extracting(CertificateStatus::state)
                .containsOnly(CertificateStatus.State.VALID);
    }
}
