package dev.sluice.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.util.List;

/** Certificates made for a test. */
final class TestCertificates {

    private TestCertificates() {}

    static X509Bundle bundle(Algorithm algorithm, String name) {
        try {
            return new CertificateBuilder()
                    .algorithm(algorithm)
                    .subject("CN=" + name)
                    .addSanDnsName(name)
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static X509Bundle bundle(String name) {
        return bundle(Algorithm.ecp256, name);
    }

    static Certificate certificate(X509Bundle bundle) {
        return new Certificate(
                List.of(bundle.getCertificatePath()), bundle.getKeyPair().getPrivate());
    }

    static Certificate certificate(String name) {
        return certificate(bundle(name));
    }
}
