package dev.sluice.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.observe.Events;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateChoiceTest {
    private static final ClientHello MODERN = ClientHello.of("any");
    private static final ClientHello RSA_ONLY = new ClientHello("any", null, null, false, List.of());

    @TempDir
    private Path directory;

    private final FilePoll poll = new FilePoll(Duration.ofHours(1));
    private final FileCertificates certificates = new FileCertificates(poll);
    private final List<FileCertificates.Files> files = new ArrayList<>();

    @AfterEach
    void close() {
        poll.close();
    }

    private X509Bundle add(Algorithm algorithm, String... names) throws Exception {
        CertificateBuilder builder =
                new CertificateBuilder().algorithm(algorithm).subject("CN=x").setIsCertificateAuthority(true);
        // The builder's own method for names refuses wildcards.
        builder.addExtensionOctetString("2.5.29.17", false, subjectAlternativeNames(names));
        X509Bundle bundle = builder.buildSelfSigned();
        files.add(new FileCertificates.Files(
                write(bundle.getCertificatePEM(), "chain"), write(bundle.getPrivateKeyPEM(), "key")));
        return bundle;
    }

    private static byte[] subjectAlternativeNames(String... names) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String name : names) {
            all.write(0x82);
            all.write(name.length());
            all.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        }
        ByteArrayOutputStream sequence = new ByteArrayOutputStream();
        sequence.write(0x30);
        sequence.write(all.size());
        sequence.writeBytes(all.toByteArray());
        return sequence.toByteArray();
    }

    private Path write(String text, String name) throws IOException {
        return Files.writeString(directory.resolve(name + files.size()), text);
    }

    private static void expect(CertificateSource source, String name, ClientHello hello, X509Bundle bundle) {
        assertThat(Objects.requireNonNull(source.find(name, hello)).chain()).containsExactly(bundle.getCertificate());
    }

    @Test
    void theExactNameGoesBeforeTheWildcardAndThatBeforeTheFirst() throws Exception {
        X509Bundle first = add(Algorithm.ecp256, "first.test");
        X509Bundle wildcard = add(Algorithm.ecp256, "*.app.test");
        X509Bundle exact = add(Algorithm.ecp256, "www.app.test");
        CertificateSource source = certificates.open(files, List.of());
        expect(source, "www.app.test", MODERN, exact);
        expect(source, "api.app.test", MODERN, wildcard);
        expect(source, "a.b.app.test", MODERN, first);
        expect(source, "other.test", MODERN, first);
        assertThat(source.served()).hasSize(3);
    }

    @Test
    void theClientsAbilityDecidesBetweenEcdsaAndRsa() throws Exception {
        X509Bundle rsa = add(Algorithm.rsa2048, "app.test");
        X509Bundle ecdsa = add(Algorithm.ecp256, "app.test");
        CertificateSource source = certificates.open(files, List.of());
        expect(source, "app.test", MODERN, ecdsa);
        expect(source, "app.test", RSA_ONLY, rsa);
        expect(source, "other.test", MODERN, ecdsa);
        expect(source, "other.test", RSA_ONLY, rsa);
    }

    @Test
    void theNameCountsMoreThanTheKind() throws Exception {
        X509Bundle rsa = add(Algorithm.rsa2048, "app.test");
        add(Algorithm.ecp256, "*.test");
        expect(certificates.open(files, List.of()), "app.test", MODERN, rsa);
    }

    @Test
    void theOperatorIsToldOfAnEndThatIsNearAndOfHostsThatNoCertificateNames() throws Exception {
        add(Algorithm.ecp256, "a.test", "*.b.test");
        List<String> told = new CopyOnWriteArrayList<>();
        Handler recorder = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                told.add(entry.getLevel() + " " + entry.getMessage() + " " + entry.getParameters()[1]);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger.getLogger(Events.LOGGER_NAME).addHandler(recorder);
        try {
            certificates.open(files, List.of("a.test", "x.b.test", "*.b.test", "y.x.b.test", "c.test", ""));
        } finally {
            Logger.getLogger(Events.LOGGER_NAME).removeHandler(recorder);
        }
        // The builder's certificates live for a week.
        assertThat(told)
                .containsExactly(
                        "WARNING Certificate expires soon " + files.getFirst().chain(),
                        "WARNING No certificate names the host y.x.b.test",
                        "WARNING No certificate names the host c.test");
    }

    @Test
    void oneBadPairRefusesAll() throws Exception {
        add(Algorithm.ecp256, "app.test");
        Path chain = files.getFirst().chain();
        add(Algorithm.ecp256, "app.test");
        files.set(1, new FileCertificates.Files(chain, files.get(1).key()));
        assertThatThrownBy(() -> certificates.open(files, List.of())).isInstanceOf(CertificateUnusable.class);
    }

    @Test
    void afterARestartTheGoodPairsServe() throws Exception {
        X509Bundle good = add(Algorithm.ecp256, "app.test");
        files.addFirst(new FileCertificates.Files(directory.resolve("none"), directory.resolve("none")));
        CertificateSource source = certificates.openLater(files, List.of());
        assertThat(source.fault()).isNull();
        expect(source, "app.test", MODERN, good);
    }
}
