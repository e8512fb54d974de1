package dev.sluice.acme;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.provider.GenericAcmeProvider;

/** Connects to authorities whose own certificates may come from the operator's roots, besides the well-known ones. */
final class TrustingProvider extends GenericAcmeProvider {
    private final String rootFile;

    /**
     * @param rootFile PEM; empty for none
     */
    TrustingProvider(String rootFile) {
        this.rootFile = rootFile;
    }

    @Override
    public HttpClient createHttpClient(NetworkSettings settings) {
        // As the library's own, but with the roots.
        HttpClient.Builder client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(settings.getTimeout())
                .proxy(settings.getProxySelector());
        if (!rootFile.isEmpty()) {
            client.sslContext(context());
        }
        return client.build();
    }

    private SSLContext context() {
        try (InputStream in = Files.newInputStream(Path.of(rootFile))) {
            Collection<? extends Certificate> roots =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (roots.isEmpty()) {
                throw new IllegalArgumentException("--acme-root " + rootFile + " holds no certificate");
            }
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            int number = 0;
            for (Certificate root : roots) {
                trusted.setCertificateEntry("own" + number++, root);
            }
            for (X509Certificate root : wellKnown()) {
                trusted.setCertificateEntry("known" + number++, root);
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("--acme-root " + rootFile + " cannot be used: " + e, e);
        }
    }

    private static List<X509Certificate> wellKnown() throws GeneralSecurityException {
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init((KeyStore) null);
        for (TrustManager manager : managers.getTrustManagers()) {
            if (manager instanceof X509TrustManager known) {
                return List.of(known.getAcceptedIssuers());
            }
        }
        return List.of();
    }
}
