package dev.sluice.admin.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The head of an HTTP/1.1 response and its body, still to be read (RFC 9112). As much of HTTP as the daemon speaks on its
 * own socket: content-length, chunked, or up to the end of the connection. A cut-off message is an EOFException.
 */
final class Answer {
    private final int status;
    private final Map<String, String> headers;
    private final InputStream body;

    private Answer(int status, Map<String, String> headers, InputStream connection) throws IOException {
        this.status = status;
        this.headers = headers;
        this.body = body(connection);
    }

    static Answer read(InputStream connection) throws IOException {
        InputStream in = new BufferedInputStream(connection);
        while (true) {
            int status = status(line(in));
            Map<String, String> headers = headers(in);
            if (status >= 200) {
                return new Answer(status, headers, in);
            }
        }
    }

    boolean successful() {
        return status < 300;
    }

    int status() {
        return status;
    }

    boolean is(String mediaType) {
        String type = headers.getOrDefault("content-type", "");
        int parameters = type.indexOf(';');
        return (parameters < 0 ? type : type.substring(0, parameters)).strip().equalsIgnoreCase(mediaType);
    }

    InputStream body() {
        return body;
    }

    private InputStream body(InputStream in) throws IOException {
        if (status == 204) {
            return InputStream.nullInputStream();
        }
        if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
            return new ChunkedBody(in);
        }
        String length = headers.get("content-length");
        return length == null ? in : new SizedBody(in, number(length, 10));
    }

    private static int status(String line) throws IOException {
        if (!line.startsWith("HTTP/1.") || line.length() < 12) {
            throw new ProtocolException("not an HTTP response: " + line);
        }
        return (int) number(line.substring(9, 12), 10);
    }

    private static Map<String, String> headers(InputStream in) throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return headers;
    }

    static long number(String text, int radix) throws IOException {
        try {
            return Long.parseLong(text, radix);
        } catch (NumberFormatException e) {
            throw new ProtocolException("not a number: " + text);
        }
    }

    /** A line without its end. */
    static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException();
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
