package dev.sluice.admin.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One connection to an admin socket, with as much HTTP as the tests need. Blocking; for one thread. */
final class ApiClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SocketChannel channel;
    private final InputStream in;

    ApiClient(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        in = Channels.newInputStream(channel);
    }

    record Head(int status, Map<String, String> headers) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    record Response(Head head, String text) {
        int status() {
            return head.status();
        }

        JsonNode json() throws IOException {
            return JSON.readTree(text);
        }

        /** The last part of a problem's type. */
        String slug() throws IOException {
            return json().path("type").asText().replace("urn:sluice:problem:", "");
        }

        String detail() throws IOException {
            return json().path("detail").asText();
        }
    }

    Response call(String method, String target, String body, String... headers) throws IOException {
        request(method, target, body, headers);
        return response(method);
    }

    void request(String method, String target, String body, String... headers) throws IOException {
        StringBuilder head =
                new StringBuilder(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        if (!body.isEmpty()) {
            head.append("Content-Length: ")
                    .append(body.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\n");
        }
        send(head.append("\r\n").append(body).toString());
    }

    void send(String raw) throws IOException {
        send(raw.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] raw) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(raw);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Sends no more, but goes on reading. */
    void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    Response response() throws IOException {
        return response("GET");
    }

    private Response response(String method) throws IOException {
        Head head = head();
        if (method.equals("HEAD") || head.status() == 204) {
            return new Response(head, "");
        }
        if (head.header("transfer-encoding").equals("chunked")) {
            StringBuilder all = new StringBuilder();
            for (String chunk = chunk(); !chunk.isEmpty(); chunk = chunk()) {
                all.append(chunk);
            }
            return new Response(head, all.toString());
        }
        String length = head.header("content-length");
        byte[] body = length.isEmpty() ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
        return new Response(head, new String(body, StandardCharsets.UTF_8));
    }

    Head head() throws IOException {
        String[] status = line().split(" ", 3);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            String[] header = line.split(":", 2);
            headers.put(header[0].toLowerCase(Locale.ROOT), header[1].strip());
        }
        return new Head(Integer.parseInt(status[1]), headers);
    }

    /** The next event of a stream; each comes in a chunk of its own. */
    JsonNode event() throws IOException {
        return JSON.readTree(chunk());
    }

    /** The next chunk; empty for the last. */
    String chunk() throws IOException {
        int size = Integer.parseInt(line(), 16);
        String chunk = new String(in.readNBytes(size), StandardCharsets.UTF_8);
        line();
        return chunk;
    }

    /** Whether the server has ended the connection, after nothing more. */
    boolean ended() throws IOException {
        return in.read() < 0;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection ended after: " + line.toString(StandardCharsets.UTF_8));
            }
            line.write(c);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
