package dev.sluice.acme;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs messages with a key that is shared with the name server (TSIG, RFC 8945). The signatures of answers are not
 * checked: that a record is there is seen at the zone's servers, whatever the answer to its update was.
 */
final class DnsKey {
    private static final Map<String, String> ALGORITHMS = Map.of(
            "hmac-sha1", "HmacSHA1",
            "hmac-sha224", "HmacSHA224",
            "hmac-sha256", "HmacSHA256",
            "hmac-sha384", "HmacSHA384",
            "hmac-sha512", "HmacSHA512");
    private static final int TSIG = 250;
    private static final int ANY_CLASS = 255;
    private static final int FUDGE_SECONDS = 300;
    private static final int ADDITIONAL_COUNT = 11;

    private final String algorithm;
    private final String name;
    private final byte[] secret;

    private DnsKey(String algorithm, String name, byte[] secret) {
        this.algorithm = algorithm;
        this.name = name;
        this.secret = secret;
    }

    /**
     * @param text {@code ALGORITHM:NAME:SECRET}, the secret in base64
     */
    static DnsKey parse(String text) throws OrderFailed {
        String[] parts = text.split(":", 3);
        String algorithm = parts[0].toLowerCase(Locale.ROOT);
        if (parts.length != 3 || !ALGORITHMS.containsKey(algorithm)) {
            throw OrderFailed.because(
                    "--acme-dns-key is not ALGORITHM:NAME:SECRET, such as hmac-sha256:sluice:c2VjcmV0");
        }
        try {
            return new DnsKey(algorithm, parts[1], Base64.getDecoder().decode(parts[2]));
        } catch (IllegalArgumentException e) {
            throw OrderFailed.because("the secret of --acme-dns-key is not base64");
        }
    }

    /**
     * @param message without additional records
     * @param time seconds since 1970
     */
    byte[] sign(byte[] message, long time) {
        byte[] variables = new DnsWriter()
                .name(name)
                .u16(ANY_CLASS)
                .u32(0)
                .name(algorithm)
                .u48(time)
                .u16(FUDGE_SECONDS)
                .u16(0)
                .u16(0)
                .done();
        byte[] signature = mac(message, variables);
        byte[] content = new DnsWriter()
                .name(algorithm)
                .u48(time)
                .u16(FUDGE_SECONDS)
                .sized(signature)
                .bytes(Arrays.copyOf(message, 2))
                .u16(0)
                .u16(0)
                .done();
        DnsWriter signed = new DnsWriter()
                .bytes(message)
                .name(name)
                .u16(TSIG)
                .u16(ANY_CLASS)
                .u32(0)
                .sized(content);
        byte[] bytes = signed.done();
        bytes[ADDITIONAL_COUNT] = 1;
        return bytes;
    }

    private byte[] mac(byte[] message, byte[] variables) {
        try {
            String known = String.valueOf(ALGORITHMS.get(algorithm));
            Mac mac = Mac.getInstance(known);
            mac.init(new SecretKeySpec(secret, known));
            mac.update(message);
            return mac.doFinal(variables);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has these algorithms", e);
        }
    }
}
