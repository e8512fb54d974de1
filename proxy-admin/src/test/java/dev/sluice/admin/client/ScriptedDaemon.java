package dev.sluice.admin.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A daemon that answers each connection with the next of its scripts, byte for byte, and closes it. */
public final class ScriptedDaemon implements AutoCloseable {
    private final ServerSocketChannel server;
    private final BlockingQueue<String> answers;
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

    public ScriptedDaemon(Path socket, String... answers) throws IOException {
        this.answers = new LinkedBlockingQueue<>(List.of(answers));
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(this::serve);
    }

    /** An ordinary answer. */
    public static String json(int status, String type, String body) {
        return "HTTP/1.1 " + status + " x\r\nContent-Type: " + type + "\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    public static String json(String body) {
        return json(200, "application/json", body);
    }

    public static String problem(int status, String detail) {
        return json(status, "application/problem+json", "{\"detail\":\"" + detail + "\"}");
    }

    /** A chunked answer, each line a chunk. */
    public static String lines(String... lines) {
        StringBuilder answer = new StringBuilder(
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (String line : lines) {
            answer.append(Integer.toHexString(line.getBytes(StandardCharsets.UTF_8).length + 1))
                    .append("\r\n")
                    .append(line)
                    .append("\n\r\n");
        }
        return answer.append("0\r\n\r\n").toString();
    }

    /** The next request, head and body, as it came. */
    public String request() throws InterruptedException {
        return requests.take();
    }

    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel client = server.accept()) {
                requests.add(read(Channels.newInputStream(client)));
                ByteBuffer answer = ByteBuffer.wrap(answers.take().getBytes(StandardCharsets.UTF_8));
                while (answer.hasRemaining()) {
                    client.write(answer);
                }
            } catch (IOException | InterruptedException e) {
                return; // closed
            }
        }
    }

    private static String read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        int length = 0;
        for (String line = Answer.line(in); !line.isEmpty(); line = Answer.line(in)) {
            head.append(line).append('\n');
            if (line.startsWith("Content-Length: ")) {
                length = Integer.parseInt(line.substring(16));
            }
        }
        return head + "\n" + new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
