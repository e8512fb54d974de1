package dev.sluice.soak;

import static org.awaitility.Awaitility.await;

import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An application that proves what it was sent: {@code /bytes/N} with a header {@code X-Id} is answered with the id, the
 * hash of the request's body, and N bytes that follow from the id. {@code /echo} becomes an echo. Can be killed, as a
 * process is, and can reset the connections on which nothing is under way.
 */
final class SoakApp {
    private final int port;
    // A connection that is idle for so long has brought its last answer to the proxy, if that was a small one: a large
    // one may wait in the kernel for a slow client.
    private static final int SMALL = 20_000;
    private static final long IDLE_NANOS = Duration.ofSeconds(1).toNanos();

    private final Map<Wire, State> open = new ConcurrentHashMap<>();
    private final Map<Wire, Long> idleSince = new ConcurrentHashMap<>();
    private volatile ServerSocket listener;
    private volatile boolean killed;

    private enum State {
        NEW,
        BUSY,
        IDLE,
        RESET
    }

    SoakApp() throws IOException {
        listener = listen(0);
        port = listener.getLocalPort();
        accepting(listener);
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 512);
        return socket;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    private void accepting(ServerSocket on) {
        Thread.ofVirtual().name("soak-app").start(() -> {
            while (!on.isClosed()) {
                try {
                    serve(new Wire(on.accept()));
                } catch (IOException e) {
                    // The listener is closed, or the connection was gone before it was served.
                }
            }
        });
    }

    private void serve(Wire wire) {
        open.put(wire, State.NEW);
        if (killed) {
            reset(wire);
        }
        Thread.ofVirtual().name("soak-app").start(() -> {
            try (wire) {
                while (wire.more()
                        && (open.replace(wire, State.NEW, State.BUSY) || open.replace(wire, State.IDLE, State.BUSY))) {
                    idleSince.remove(wire);
                    if (answer(ProxyFixture.receive(wire), wire) <= SMALL) {
                        idleSince.put(wire, System.nanoTime());
                    }
                    open.replace(wire, State.IDLE);
                }
            } catch (IOException e) {
                // The connection's end is how it ends.
            } finally {
                open.remove(wire);
                idleSince.remove(wire);
            }
        });
    }

    /** Returns how long the answer's body was. */
    private static int answer(Message request, Wire wire) throws IOException {
        String path = request.target();
        if (path.equals("/up")) {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            return 0;
        }
        if (path.equals("/echo")) {
            wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
            while (true) {
                wire.send(wire.exactly(1));
            }
        }
        String id = String.valueOf(request.header("X-Id"));
        byte[] body = Content.of(Long.parseLong(id), Integer.parseInt(path.substring("/bytes/".length())));
        String head = "HTTP/1.1 200 OK\r\nX-Id: " + id + "\r\nX-Hash: " + Content.hash(request.body) + "\r\n";
        if (Long.parseLong(id) % 3 == 0) {
            wire.send(head + "Transfer-Encoding: chunked\r\n\r\n");
            if (body.length > 0) {
                wire.send(Integer.toHexString(body.length) + "\r\n");
                wire.send(body);
                wire.send("\r\n");
            }
            wire.send("0\r\n\r\n");
        } else {
            wire.send(head + "Content-Length: " + body.length + "\r\n\r\n");
            wire.send(body);
        }
        return body.length;
    }

    /** Connections that have served and wait for more, for some time, end with a reset. */
    void resetIdle() {
        for (Map.Entry<Wire, State> entry : open.entrySet()) {
            Long since = idleSince.get(entry.getKey());
            if (since != null
                    && System.nanoTime() - since > IDLE_NANOS
                    && open.replace(entry.getKey(), State.IDLE, State.RESET)) {
                reset(entry.getKey());
            }
        }
    }

    /** Is gone, with all its connections. */
    void kill() throws IOException {
        killed = true;
        listener.close();
        open.keySet().forEach(SoakApp::reset);
    }

    private static void reset(Wire wire) {
        try {
            wire.reset();
        } catch (IOException e) {
            // It has ended by itself just now.
        }
    }

    /** Is there again, on the same port, as soon as no connection has it for its own end. */
    void restart() {
        killed = false;
        listener = await().ignoreException(BindException.class).until(() -> listen(port), Objects::nonNull);
        accepting(listener);
    }
}
