package dev.sluice.observe;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Text as it comes over the wire, where every char stands for one byte. HTTP says nothing of the encoding of these
 * bytes (RFC 9110, section 5.5); they are read as UTF-8 when they are that, else as Latin-1.
 */
final class WireText {

    private WireText() {}

    /** What a person would read; text with chars beyond Latin-1 is not from the wire and is returned as it is. */
    static String decode(String text) {
        boolean ascii = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0xff) {
                return text;
            }
            ascii &= c < 0x80;
        }
        return ascii ? text : decode(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A path without its percent encoding (RFC 3986, section 2.1); what is no such encoding stays as it is. */
    static String decodePath(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c > 0xff) {
                return path;
            }
            int high = c == '%' && i + 2 < path.length() ? hexDigit(path.charAt(i + 1)) : -1;
            int low = high < 0 ? -1 : hexDigit(path.charAt(i + 2));
            if (low >= 0) {
                bytes.write(high << 4 | low);
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return decode(bytes.toByteArray());
    }

    private static int hexDigit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException _) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }
}
