package dev.sluice.acme;

import dev.sluice.observe.Events;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.HashMap;
import java.util.Map;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.exception.AcmeException;

/**
 * The accounts with authorities: a key, which kamal-proxy may have made and can read, and the account's URL. Made when
 * first needed. Blocking; one login at a time is looked up or made.
 */
final class Accounts {
    private static final String KEY = "acme_account+key";
    private static final String LEGACY_KEY = "acme_account.key";
    private static final String URL = "acme_account+url";

    private final AcmeOptions options;
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<String, Login> logins = new HashMap<>();

    Accounts(AcmeOptions options) {
        this.options = options;
    }

    synchronized Login login(Issuer issuer, CertificateStore store)
            throws AcmeException, OrderFailed, GeneralSecurityException {
        String place = store.location() + " " + issuer.directory();
        Login login = logins.get(place);
        if (login == null) {
            Session session = sessions.get(issuer.directory());
            if (session == null) {
                session = new Session(URI.create(issuer.directory()), new TrustingProvider(options.rootFile()));
                sessions.put(issuer.directory(), session);
            }
            login = open(session, store);
            logins.put(place, login);
        }
        return login;
    }

    /** The authority does not know the account any more: the next login makes a new one, with the same key. */
    synchronized void forget(Issuer issuer, CertificateStore store) throws OrderFailed {
        Events.warn(
                "Account with the certificate authority is gone; making a new one", "directory", issuer.directory());
        logins.remove(store.location() + " " + issuer.directory());
        try {
            store.delete(URL);
        } catch (IOException e) {
            throw unusable(store, e);
        }
    }

    private Login open(Session session, CertificateStore store)
            throws AcmeException, OrderFailed, GeneralSecurityException {
        try {
            KeyPair key = key(store);
            URL known = url(store.load(URL));
            if (known != null) {
                return session.login(known, key);
            }
            AccountBuilder account =
                    new AccountBuilder().agreeToTermsOfService().useKeyPair(key);
            if (!options.email().isEmpty()) {
                account.addEmail(options.email());
            }
            if (!options.eabKeyId().isEmpty()) {
                account.withKeyIdentifier(options.eabKeyId(), options.eabHmacKey());
            }
            Login login = account.createLogin(session);
            store.save(URL, login.getAccountLocation().toString().getBytes(StandardCharsets.UTF_8));
            return login;
        } catch (IOException e) {
            throw unusable(store, e);
        } catch (IllegalArgumentException e) {
            throw OrderFailed.because(
                    "the account cannot be made: check --acme-email and --acme-eab-hmac: " + e.getMessage());
        }
    }

    private static OrderFailed unusable(CertificateStore store, IOException e) {
        return OrderFailed.because("the account in " + store.location() + " cannot be used: " + e);
    }

    private static @Nullable URL url(byte @Nullable [] content) throws IOException {
        return content == null
                ? null
                : URI.create(new String(content, StandardCharsets.UTF_8).strip())
                        .toURL();
    }

    private static KeyPair key(CertificateStore store) throws IOException, GeneralSecurityException {
        byte[] stored = store.load(KEY);
        if (stored == null) {
            stored = store.load(LEGACY_KEY);
        }
        if (stored != null) {
            return read(new String(stored, StandardCharsets.US_ASCII), store);
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair made = generator.generateKeyPair();
        store.save(KEY, text(made).getBytes(StandardCharsets.US_ASCII));
        return made;
    }

    private static KeyPair read(String text, CertificateStore store) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            if (parser.readObject() instanceof PEMKeyPair pair) {
                return new JcaPEMKeyConverter().getKeyPair(pair);
            }
        }
        throw new IOException(store.location() + "/" + KEY + " holds no key that an account could have");
    }

    // SEC 1 with the public key in it, as Go writes and reads it.
    private static String text(KeyPair key) throws IOException {
        ASN1BitString point =
                SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()).getPublicKeyData();
        byte[] content = new org.bouncycastle.asn1.sec.ECPrivateKey(
                        256, ((ECPrivateKey) key.getPrivate()).getS(), point, SECObjectIdentifiers.secp256r1)
                .getEncoded();
        return CertificateText.block("EC PRIVATE KEY", content);
    }
}
