package dev.sluice.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and keys from PEM files, with the JDK alone: RSA, EC and Ed25519 keys in PKCS#8, PKCS#1 or SEC 1. Makes
 * sure that the key belongs to the certificate. Blocking.
 */
public final class PemFiles {
    // A chain is some kilobytes; this keeps a wrong path, say of a log file, from filling the memory.
    private static final int MAX_BYTES = 1 << 20;

    private PemFiles() {}

    /**
     * Reads a chain (the server's certificate first) and its key; both may be in one file.
     *
     * @throws CertificateUnusable naming the file and what is wrong with it
     */
    public static Certificate read(Path chain, Path key) throws CertificateUnusable {
        return read(chain, key, false);
    }

    /**
     * Reads them again after a restart. An EC key that carries its public half, as most do, is compared by that, for in a
     * JVM that has just started Java's elliptic curves take a tenth of a second; that the private half is its own was
     * tried out when the service was deployed.
     */
    static Certificate reread(Path chain, Path key) throws CertificateUnusable {
        return read(chain, key, true);
    }

    private static Certificate read(Path chain, Path key, boolean again) throws CertificateUnusable {
        String chainName = "certificate file " + chain;
        String keyName = "private key file " + key;
        List<PemBlock> chainBlocks = PemBlock.parse(text(chain, chainName), chainName);
        List<PemBlock> keyBlocks = chain.equals(key) ? chainBlocks : PemBlock.parse(text(key, keyName), keyName);
        return certificate(chainBlocks, chainName, keyBlocks, keyName, again);
    }

    /** Reads a file with key and chain in one. */
    public static Certificate readBundle(Path file) throws CertificateUnusable {
        String name = "certificate file " + file;
        return parse(text(file, name), name);
    }

    /**
     * Reads a text with key and chain in one, in any order.
     *
     * @param origin where the text is from, for errors
     */
    public static Certificate parse(String text, String origin) throws CertificateUnusable {
        List<PemBlock> blocks = PemBlock.parse(text, origin);
        return certificate(blocks, origin, blocks, origin, false);
    }

    private static Certificate certificate(
            List<PemBlock> chainBlocks, String chainName, List<PemBlock> keyBlocks, String keyName, boolean again)
            throws CertificateUnusable {
        List<X509Certificate> chain = chain(chainBlocks, chainName);
        PrivateKey key = key(keyBlocks, keyName);
        try {
            PublicKey publicKey = chain.getFirst().getPublicKey();
            if (!(again && KeyEncoding.carries(key, publicKey)) && !belongTogether(publicKey, key)) {
                throw new CertificateUnusable(
                        "the key in " + keyName + " does not belong to the first certificate in " + chainName);
            }
        } catch (GeneralSecurityException e) {
            throw new CertificateUnusable("the key in " + keyName + " cannot be used: " + e.getMessage());
        }
        return new Certificate(chain, key);
    }

    private static String text(Path file, String name) throws CertificateUnusable {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new CertificateUnusable(name + " is larger than 1 MiB, so it is no PEM file");
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new CertificateUnusable(name + " does not exist");
        } catch (AccessDeniedException e) {
            throw new CertificateUnusable(name + " cannot be read: permission denied for the proxy's user");
        } catch (IOException e) {
            throw new CertificateUnusable(name + " cannot be read: " + e.getMessage());
        }
    }

    private static List<X509Certificate> chain(List<PemBlock> blocks, String origin) throws CertificateUnusable {
        List<X509Certificate> chain = new ArrayList<>();
        boolean holdsKey = false;
        for (PemBlock block : blocks) {
            if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
                chain.add(x509(block, origin, chain.size() + 1));
            }
            holdsKey |= block.label().endsWith("PRIVATE KEY");
        }
        if (chain.isEmpty()) {
            throw new CertificateUnusable(origin
                    + (holdsKey
                            ? " holds a private key and no certificate: are the two files swapped?"
                            : " holds no certificate (no -----BEGIN CERTIFICATE-----)"));
        }
        return chain;
    }

    private static X509Certificate x509(PemBlock block, String origin, int number) throws CertificateUnusable {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.content()));
        } catch (CertificateException e) {
            throw new CertificateUnusable(
                    origin + ": certificate number " + number + " cannot be understood: " + e.getMessage());
        }
    }

    private static PrivateKey key(List<PemBlock> blocks, String origin) throws CertificateUnusable {
        for (PemBlock block : blocks) {
            if (block.encrypted() || block.label().equals("ENCRYPTED PRIVATE KEY")) {
                throw new CertificateUnusable(origin
                        + " holds an encrypted key: nobody is there to type its passphrase, so store it without");
            }
            PrivateKey key = key(block, origin);
            if (key != null) {
                return key;
            }
        }
        throw new CertificateUnusable(origin + " holds no private key (no -----BEGIN PRIVATE KEY-----)");
    }

    private static @Nullable PrivateKey key(PemBlock block, String origin) throws CertificateUnusable {
        try {
            return switch (block.label()) {
                case "PRIVATE KEY" -> KeyEncoding.pkcs8(block.content());
                case "RSA PRIVATE KEY" -> KeyEncoding.pkcs1(block.content());
                case "EC PRIVATE KEY" -> KeyEncoding.sec1(block.content());
                default -> null;
            };
        } catch (GeneralSecurityException e) {
            throw new CertificateUnusable(
                    origin + ": the " + block.label() + " cannot be understood: " + e.getMessage());
        }
    }

    private static boolean belongTogether(PublicKey publicKey, PrivateKey key) throws GeneralSecurityException {
        if (publicKey instanceof RSAPublicKey rsaPublic && key instanceof RSAPrivateKey rsa) {
            return rsaPublic.getModulus().equals(rsa.getModulus());
        }
        if (!publicKey.getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        // The JDK does not tell the public half of these keys, so try them out.
        Signature signature = Signature.getInstance(key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "EdDSA");
        byte[] probe = {1};
        signature.initSign(key);
        signature.update(probe);
        byte[] signed = signature.sign();
        try {
            signature.initVerify(publicKey);
            signature.update(probe);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException e) {
            // Another curve, so another key.
            return false;
        }
    }
}
