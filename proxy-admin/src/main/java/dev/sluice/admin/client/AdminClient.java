package dev.sluice.admin.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls the daemon's admin API: one connection a call, blocking on the caller's thread, without a time limit, since a
 * deploy may take as long as its own timeouts allow.
 *
 * <p>Connecting is tried again for a short while: Kamal sends commands about a second after it started the container,
 * and a daemon that comes up takes part of that second.
 */
public final class AdminClient {
    private static final String LINES = "application/x-ndjson";
    private static final String WANTS_JSON = "Accept: application/json\r\n";
    private static final String WANTS_LITTLE = WANTS_JSON + "Prefer: return=minimal\r\n"; // RFC 7240 4.2
    private static final String WANTS_LINES = "Accept: " + LINES + "\r\n";
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final String UNRESERVED =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"; // RFC 3986 2.3
    private static final int LONGEST_SOCKET_PATH = 107;

    private final Path socket;
    private final Duration patience;

    /** @param patience how long a daemon that does not answer yet is given */
    public AdminClient(Path socket, Duration patience) {
        this.socket = socket;
        this.patience = patience;
    }

    /** Reads a document. */
    public JsonObject get(String path) throws AdminFailure {
        return exchange("GET", path, null, WANTS_JSON, AdminClient::document);
    }

    /** Reads a document without what is long in it: of services the options. */
    public JsonObject getMinimal(String path) throws AdminFailure {
        return exchange("GET", path, null, WANTS_LITTLE, AdminClient::document);
    }

    /** Calls for the effect: what a successful answer says is not read, which spares a command the parser. */
    public void call(String method, String path, @Nullable Map<String, ?> body) throws AdminFailure {
        exchange(method, path, body, WANTS_JSON, answer -> {
            answer.body().transferTo(OutputStream.nullOutputStream());
            return new JsonObject(Map.of());
        });
    }

    /**
     * Calls and passes on each line of the answer as it comes.
     *
     * @return the last line's object
     * @throws AdminFailure also when the last line tells of a failure
     */
    public JsonObject watch(String method, String path, Map<String, ?> body, Consumer<JsonObject> events)
            throws AdminFailure {
        JsonObject last = exchange(
                method,
                path,
                body,
                WANTS_LINES,
                answer -> answer.is(LINES) ? lines(answer.body(), events) : document(answer));
        if (last.text("event").equals("failed")) {
            throw AdminFailure.of(last.object("problem"));
        }
        return last;
    }

    /** A path segment: percent-encoded UTF-8 (RFC 3986 2.1). */
    public static String segment(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            if (UNRESERVED.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return encoded.toString();
    }

    private interface Reader {
        JsonObject read(Answer answer) throws IOException;
    }

    private JsonObject exchange(String method, String path, @Nullable Map<String, ?> body, String wants, Reader reader)
            throws AdminFailure {
        try (SocketChannel channel = connect()) {
            send(channel, method, path, body, wants);
            Answer answer = Answer.read(new ChannelInput(channel));
            if (!answer.successful()) {
                throw problem(answer);
            }
            return reader.read(answer);
        } catch (ProtocolException e) {
            throw new AdminFailure(
                    "unexpected answer from " + socket + ": " + e.getMessage(),
                    "Is the program at the other end a daemon of this version?");
        } catch (IOException e) {
            throw new AdminFailure("unexpected EOF", "The daemon ended during the call; its log says why.");
        }
    }

    private static AdminFailure problem(Answer answer) throws IOException {
        if (answer.is("application/problem+json")) {
            return AdminFailure.of(document(answer));
        }
        return new AdminFailure("the daemon answered with HTTP status " + answer.status(), "");
    }

    private static void send(
            SocketChannel channel, String method, String path, @Nullable Map<String, ?> body, String wants)
            throws IOException {
        byte[] content = body == null ? new byte[0] : JsonOut.bytes(body);
        StringBuilder head = new StringBuilder(
                method + " " + path + " HTTP/1.1\r\nHost: sluice\r\n" + wants + "Connection: close\r\n");
        if (body != null) {
            head.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(content.length)
                    .append("\r\n");
        }
        byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer request = ByteBuffer.allocate(start.length + content.length);
        request.put(start).put(content).flip();
        while (request.hasRemaining()) {
            channel.write(request);
        }
    }

    private static JsonObject document(Answer answer) throws IOException {
        return JsonIn.read(answer.body().readAllBytes());
    }

    /** Reads up to the line that ends the work, and not further: the daemon may keep the connection open. */
    private static JsonObject lines(InputStream body, Consumer<JsonObject> events) throws IOException {
        while (true) {
            JsonObject event = JsonIn.read(Answer.line(body).getBytes(StandardCharsets.UTF_8));
            events.accept(event);
            String name = event.text("event");
            if (name.equals("deployed") || name.equals("failed")) {
                return event;
            }
        }
    }

    private SocketChannel connect() throws AdminFailure {
        if (socket.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_SOCKET_PATH) {
            throw unreachable("invalid argument", "A socket's path may have 107 bytes; set KAMAL_PROXY_SOCKET.");
        }
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return open();
            } catch (IOException e) {
                boolean starting = e instanceof ConnectException || !Files.exists(socket);
                if (!starting || System.nanoTime() - deadline >= 0) {
                    throw unreachable(reason(e), "Is the daemon running, and is this its socket?");
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private SocketChannel open() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private AdminFailure unreachable(String reason, String hint) {
        return new AdminFailure("dial unix " + socket + ": connect: " + reason, hint);
    }

    /** The system's words as Go gives them: with a small letter. */
    private static String reason(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.isEmpty() ? message : message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
    }
}
