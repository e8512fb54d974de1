package dev.sluice.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.Base64;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PemFilesTest {
    @TempDir
    private Path directory;

    private static final X509Bundle EC = TestCertificates.bundle("ec.test");
    private static final X509Bundle OTHER = TestCertificates.bundle("other.test");
    private static final X509Bundle RSA = TestCertificates.bundle(Algorithm.rsa2048, "rsa.test");

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private Certificate read(String chain, String key) throws IOException, CertificateUnusable {
        return PemFiles.read(file("chain.pem", chain), file("key.pem", key));
    }

    private static String pem(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                + label + "-----\n";
    }

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"ecp256", "ecp384", "rsa2048", "ed25519"})
    void commonKeysAreReadFromPkcs8(Algorithm algorithm) throws Exception {
        X509Bundle bundle = TestCertificates.bundle(algorithm, "a.test");
        Certificate certificate = read(bundle.getCertificatePEM(), bundle.getPrivateKeyPEM());
        assertThat(certificate.chain()).containsExactly(bundle.getCertificate());
        assertThat(certificate.key().getEncoded())
                .isEqualTo(bundle.getKeyPair().getPrivate().getEncoded());
    }

    @Test
    void anRsaKeyIsReadFromPkcs1() throws Exception {
        byte[] pkcs1 = PrivateKeyInfo.getInstance(RSA.getKeyPair().getPrivate().getEncoded())
                .parsePrivateKey()
                .toASN1Primitive()
                .getEncoded();
        Certificate certificate = read(RSA.getCertificatePEM(), pem("RSA PRIVATE KEY", pkcs1));
        assertThat(certificate.key()).isEqualTo(RSA.getKeyPair().getPrivate());
    }

    @Test
    void anEllipticCurveKeyIsReadFromSec1BehindItsParameters() throws Exception {
        ECPrivateKey key = (ECPrivateKey) EC.getKeyPair().getPrivate();
        byte[] sec1 = new org.bouncycastle.asn1.sec.ECPrivateKey(256, key.getS(), SECObjectIdentifiers.secp256r1)
                .getEncoded();
        String parameters = pem("EC PARAMETERS", SECObjectIdentifiers.secp256r1.getEncoded());
        Certificate certificate = read(EC.getCertificatePEM(), parameters + pem("EC PRIVATE KEY", sec1));
        assertThat(((ECPrivateKey) certificate.key()).getS()).isEqualTo(key.getS());
    }

    @Test
    void aChainKeepsItsOrder() throws Exception {
        String chain = "some words\n" + EC.getCertificatePEM() + "\r\n# comment\n" + OTHER.getCertificatePEM();
        Certificate certificate = read(chain, EC.getPrivateKeyPEM());
        assertThat(certificate.chain()).containsExactly(EC.getCertificate(), OTHER.getCertificate());
        assertThat(certificate.notAfter())
                .isEqualTo(EC.getCertificate().getNotAfter().toInstant());
    }

    @Test
    void carriageReturnsAndIndentationDoNotMatter() throws Exception {
        String chain = EC.getCertificatePEM().replace("\n", " \r\n");
        assertThat(read(chain, EC.getPrivateKeyPEM()).chain()).containsExactly(EC.getCertificate());
    }

    @Test
    void keyAndChainMayBeInOneText() throws Exception {
        String text = EC.getPrivateKeyPEM() + EC.getCertificatePEM();
        assertThat(PemFiles.parse(text, "x").chain()).containsExactly(EC.getCertificate());
        Path file = file("both.pem", text);
        assertThat(PemFiles.readBundle(file).chain()).containsExactly(EC.getCertificate());
        assertThat(PemFiles.read(file, file).chain()).containsExactly(EC.getCertificate());
    }

    @Test
    void aMissingFileIsNamed() throws Exception {
        Path chain = file("chain.pem", EC.getCertificatePEM());
        Path missing = directory.resolve("missing.pem");
        refused(missing, chain, "certificate file " + missing + " does not exist");
        refused(chain, missing, "private key file " + missing + " does not exist");
    }

    @Test
    void aDirectoryIsNoFile() throws Exception {
        refused(directory, file("key.pem", EC.getPrivateKeyPEM()), "certificate file " + directory + " cannot be read");
    }

    @Test
    void swappedFilesAreTold() throws Exception {
        refused(
                file("chain.pem", EC.getPrivateKeyPEM()),
                file("key.pem", EC.getCertificatePEM()),
                "holds a private key and no certificate: are the two files swapped?");
    }

    @Test
    void filesWithoutWhatTheyShouldHoldAreTold() throws Exception {
        Path chain = file("chain.pem", EC.getCertificatePEM());
        Path empty = file("empty.pem", "");
        refused(empty, chain, "holds no certificate");
        refused(chain, empty, "holds no private key");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws Exception {
        String wanted = "does not belong to the first certificate in certificate file";
        Path chain = file("chain.pem", EC.getCertificatePEM());
        refused(chain, file("other.pem", OTHER.getPrivateKeyPEM()), wanted);
        refused(chain, file("rsa.pem", RSA.getPrivateKeyPEM()), wanted);
        refused(
                file("rsachain.pem", RSA.getCertificatePEM()),
                file(
                        "rsa2.pem",
                        TestCertificates.bundle(Algorithm.rsa2048, "x.test").getPrivateKeyPEM()),
                wanted);
        refused(
                chain,
                file(
                        "p384.pem",
                        TestCertificates.bundle(Algorithm.ecp384, "x.test").getPrivateKeyPEM()),
                wanted);
    }

    @Test
    void anEcKeyThatCarriesItsPublicHalfIsComparedByItAfterARestart() throws Exception {
        Path chain = file("chain.pem", EC.getCertificatePEM());
        Path own = file("own.pem", withPublicHalf(EC.getKeyPair().getPrivate(), EC));
        Path other = file("other.pem", withPublicHalf(OTHER.getKeyPair().getPrivate(), OTHER));
        Path without = file("without.pem", OTHER.getPrivateKeyPEM());

        assertThat(PemFiles.reread(chain, own).chain()).containsExactly(EC.getCertificate());
        assertThatThrownBy(() -> PemFiles.reread(chain, other)).hasMessageContaining("does not belong to the first");
        assertThatThrownBy(() -> PemFiles.reread(chain, without)).hasMessageContaining("does not belong to the first");
    }

    @Test
    void aPrivateHalfThatIsNotOfThePublicOneIsRefused() throws Exception {
        refused(
                file("chain.pem", EC.getCertificatePEM()),
                file("key.pem", withPublicHalf(OTHER.getKeyPair().getPrivate(), EC)),
                "does not belong to the first");
    }

    // PKCS#8 as OpenSSL writes it.
    private static String withPublicHalf(PrivateKey secret, X509Bundle open) throws Exception {
        var info = PrivateKeyInfo.getInstance(secret.getEncoded());
        var point = SubjectPublicKeyInfo.getInstance(
                open.getCertificate().getPublicKey().getEncoded());
        var key = new org.bouncycastle.asn1.sec.ECPrivateKey(
                256,
                ((ECPrivateKey) secret).getS(),
                new DERBitString(point.getPublicKeyData().getBytes()),
                null);
        return pem("PRIVATE KEY", new PrivateKeyInfo(info.getPrivateKeyAlgorithm(), key).getEncoded());
    }

    @Test
    void encryptedKeysAreRefused() throws Exception {
        Path chain = file("chain.pem", EC.getCertificatePEM());
        refused(chain, file("new.pem", pem("ENCRYPTED PRIVATE KEY", new byte[40])), "holds an encrypted key");
        String old = """
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-256-CBC,00

                AAAA
                -----END RSA PRIVATE KEY-----
                """;
        refused(chain, file("old.pem", old), "holds an encrypted key");
    }

    @Test
    void brokenContentsAreToldWithTheirPlace() throws Exception {
        Path chain = file("chain.pem", EC.getCertificatePEM());
        Path key = file("key.pem", EC.getPrivateKeyPEM());
        String half = EC.getCertificatePEM().substring(0, 200);
        refused(file("half.pem", half), key, "is cut off: the line -----END CERTIFICATE----- is missing");
        refused(file("begin.pem", "-----BEGIN CERTI"), key, "is cut off inside a BEGIN line");
        refused(file("base64.pem", "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n"), key, "no base64");
        refused(
                file("second.pem", EC.getCertificatePEM() + pem("CERTIFICATE", new byte[20])),
                key,
                "certificate number 2 cannot be understood");
        for (String label : new String[] {"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"}) {
            byte[][] contents = {{}, {0x30}, {0x30, 0x05, 1}, {0x30, (byte) 0x84, -1, -1, -1, -1}, new byte[50]};
            for (byte[] content : contents) {
                refused(chain, file("bad.pem", pem(label, content)), "the " + label + " cannot be understood");
            }
        }
        byte[] dsa = KeyPairGenerator.getInstance("DSA")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        refused(chain, file("dsa.pem", pem("PRIVATE KEY", dsa)), "neither RSA nor EC nor Ed25519");
    }

    @Test
    void aFileThatIsFarTooLargeIsNotRead() throws Exception {
        refused(file("log.pem", "x".repeat((1 << 20) + 1)), file("key.pem", ""), "larger than 1 MiB");
    }

    private static void refused(Path chain, Path key, String words) {
        assertThatThrownBy(() -> PemFiles.read(chain, key))
                .isInstanceOf(CertificateUnusable.class)
                .hasMessageContaining(words);
    }
}
