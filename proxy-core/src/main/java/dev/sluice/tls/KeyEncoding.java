package dev.sluice.tls;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Private keys from their encodings: PKCS#8 (RFC 5958), PKCS#1 for RSA (RFC 8017) and SEC 1 for elliptic curves (RFC
 * 5915). The JDK reads PKCS#8 alone, so the others are wrapped into it.
 */
final class KeyEncoding {
    private static final byte SEQUENCE = 0x30;
    private static final byte BITS = 0x03;
    private static final byte OCTETS = 0x04;
    private static final byte OBJECT_ID = 0x06;
    private static final byte PARAMETERS = (byte) 0xa0;
    private static final byte PUBLIC_KEY = (byte) 0xa1;

    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    private static final byte[] NULL = {0x05, 0x00};
    private static final String RSA = "2a864886f70d010101";
    private static final String EC = "2a8648ce3d0201";
    private static final String ED25519 = "2b6570";

    private KeyEncoding() {}

    /** Reads PKCS#8. */
    static PrivateKey pkcs8(byte[] encoded) throws GeneralSecurityException {
        String algorithm;
        try {
            ByteBuffer outer = content(ByteBuffer.wrap(encoded), SEQUENCE);
            skip(outer);
            algorithm = HexFormat.of().formatHex(bytes(content(content(outer, SEQUENCE), OBJECT_ID)));
        } catch (BufferUnderflowException e) {
            throw new GeneralSecurityException("cut off", e);
        }
        String name = switch (algorithm) {
            case RSA -> "RSA";
            case EC -> "EC";
            case ED25519 -> "Ed25519";
            default -> throw new GeneralSecurityException("neither RSA nor EC nor Ed25519");
        };
        return KeyFactory.getInstance(name).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }

    /** Reads PKCS#1, {@code RSA PRIVATE KEY}. */
    static PrivateKey pkcs1(byte[] encoded) throws GeneralSecurityException {
        return pkcs8(wrapped(RSA, NULL, encoded));
    }

    /** Reads SEC 1, {@code EC PRIVATE KEY}; the curve has to be named in it, as all common tools do. */
    static PrivateKey sec1(byte[] encoded) throws GeneralSecurityException {
        try {
            ByteBuffer key = content(ByteBuffer.wrap(encoded), SEQUENCE);
            skip(key);
            skip(key);
            return pkcs8(wrapped(EC, bytes(content(key, PARAMETERS)), encoded));
        } catch (BufferUnderflowException e) {
            throw new GeneralSecurityException("cut off, or without the name of its curve", e);
        }
    }

    /**
     * Whether an EC key carries this public key with it, as most tools write it (RFC 5915 3, the field publicKey). False
     * also where it cannot be told. Says nothing of the private half.
     */
    static boolean carries(PrivateKey key, PublicKey publicKey) {
        try {
            ByteBuffer named = content(ByteBuffer.wrap(publicKey.getEncoded()), SEQUENCE);
            byte[] curve = bytes(content(named, SEQUENCE));
            byte[] point = bytes(content(named, BITS));

            ByteBuffer outer = content(ByteBuffer.wrap(key.getEncoded()), SEQUENCE);
            skip(outer);
            if (!Arrays.equals(bytes(content(outer, SEQUENCE)), curve)) {
                return false;
            }
            ByteBuffer own = content(content(outer, OCTETS), SEQUENCE);
            while (own.hasRemaining()) {
                if (own.get(own.position()) == PUBLIC_KEY) {
                    return Arrays.equals(bytes(content(content(own, PUBLIC_KEY), BITS)), point);
                }
                skip(own);
            }
            return false;
        } catch (BufferUnderflowException | GeneralSecurityException e) {
            return false;
        }
    }

    private static byte[] wrapped(String algorithm, byte[] parameters, byte[] key) {
        byte[] identifier = element(OBJECT_ID, HexFormat.of().parseHex(algorithm));
        return element(SEQUENCE, VERSION_0, element(SEQUENCE, identifier, parameters), element(OCTETS, key));
    }

    private static byte[] element(byte tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer der = ByteBuffer.allocate(length + 6).put(tag);
        if (length < 0x80) {
            der.put((byte) length);
        } else {
            der.put((byte) 0x84).putInt(length);
        }
        for (byte[] part : parts) {
            der.put(part);
        }
        return bytes(der.flip());
    }

    // The content of the next element, which has to be of this kind.
    private static ByteBuffer content(ByteBuffer der, byte tag) throws GeneralSecurityException {
        if (der.get() != tag) {
            throw new GeneralSecurityException("not of the form its label says");
        }
        int length = length(der);
        if (length < 0 || length > der.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer content = der.slice(der.position(), length);
        der.position(der.position() + length);
        return content;
    }

    private static void skip(ByteBuffer der) throws GeneralSecurityException {
        content(der, der.get(der.position()));
    }

    // One byte below 128, else the number of bytes that follow with the length (X.690 8.1.3).
    private static int length(ByteBuffer der) {
        int first = der.get() & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = (length << 8) | (der.get() & 0xff);
        }
        return length;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
