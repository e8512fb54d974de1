package dev.sluice.acme;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes messages of DNS (RFC 1035 4), names without compression and in lower case. */
final class DnsWriter {
    private static final int LONGEST_LABEL = 63;
    private static final int LONGEST_STRING = 255;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    DnsWriter u8(int value) {
        out.write(value);
        return this;
    }

    DnsWriter u16(int value) {
        return u8(value >> 8).u8(value);
    }

    DnsWriter u32(long value) {
        return u16((int) (value >> 16)).u16((int) value);
    }

    DnsWriter u48(long value) {
        return u16((int) (value >> 32)).u32(value);
    }

    DnsWriter bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** Bytes after their length in 16 bits. */
    DnsWriter sized(byte[] bytes) {
        return u16(bytes.length).bytes(bytes);
    }

    DnsWriter name(String name) {
        for (String label : name.toLowerCase(Locale.ROOT).split("\\.")) {
            byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
            if (bytes.length > LONGEST_LABEL) {
                throw new IllegalArgumentException(name + " is no name: a part of it is too long");
            }
            if (bytes.length > 0) {
                u8(bytes.length).bytes(bytes);
            }
        }
        return u8(0);
    }

    /** The text as a TXT record has it; up to 255 characters. */
    static byte[] text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length > LONGEST_STRING) {
            throw new IllegalArgumentException("a text of DNS has 255 characters at most");
        }
        return new DnsWriter().u8(bytes.length).bytes(bytes).done();
    }

    byte[] done() {
        return out.toByteArray();
    }
}
