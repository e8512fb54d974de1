package dev.sluice.reference;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;

/** Messages that are nearly others: bytes changed, dropped, doubled, moved, taken from elsewhere. */
final class Mutation {
    private static final List<String> PIECES = List.of(
            "\r\n",
            "\n",
            "\r",
            " ",
            "\t",
            ":",
            ";",
            ",",
            "\0",
            "\u00a0",
            "0",
            "1",
            "5",
            "f",
            "g",
            "-",
            "+",
            "0x",
            "HTTP/1.1",
            "HTTP/1.0",
            "http/1.1",
            "HTTP/2.0",
            "GET ",
            "POST ",
            "HEAD ",
            "/",
            "*",
            "\r\n\r\n",
            "\r\n ",
            "Host: a\r\n",
            "Content-Length: 5\r\n",
            "Content-Length: 0\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Connection: close\r\n",
            "Expect: 100-continue\r\n",
            "X: y\r\n",
            "0\r\n\r\n",
            "5\r\nhello\r\n",
            "chunked",
            "gzip",
            "\u007f",
            "\u000b",
            "\u0080",
            "\u00ff",
            "\"",
            "(",
            "_");

    private Mutation() {}

    static byte[] of(byte[] seed, List<byte[]> others, Random random) {
        byte[] bytes = seed;
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times; i++) {
            bytes = once(bytes, others, random);
        }
        return bytes;
    }

    private static byte[] once(byte[] bytes, List<byte[]> others, Random random) {
        int at = random.nextInt(bytes.length + 1);
        int to = Math.min(bytes.length, at + 1 + (random.nextInt(4) == 0 ? random.nextInt(20) : 0));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        switch (random.nextInt(6)) {
            case 0 -> out.writeBytes(PIECES.get(random.nextInt(PIECES.size())).getBytes(ISO_8859_1));
            case 1 -> {
                out.writeBytes(PIECES.get(random.nextInt(PIECES.size())).getBytes(ISO_8859_1));
                at = to;
            }
            case 2 -> at = to;
            case 3 -> out.write(bytes, at, to - at);
            case 4 -> {
                out.write(random.nextInt(256));
                at = to;
            }
            default -> {
                byte[] other = others.get(random.nextInt(others.size()));
                int from = random.nextInt(other.length);
                out.write(other, from, Math.min(other.length - from, 1 + random.nextInt(30)));
            }
        }
        out.write(bytes, at, bytes.length - at);
        return out.toByteArray();
    }
}
