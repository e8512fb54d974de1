package dev.sluice.daemon;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * A port in front of another one. While it is shut, connections are accepted and get no answer: whoever waits for one is
 * held where he is. Opened, it passes bytes on, for connections that come then.
 */
final class Turnstile implements AutoCloseable {
    private final ServerSocket server = new ServerSocket();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final CountDownLatch first = new CountDownLatch(1);
    private final int target;
    private volatile boolean open;

    Turnstile(int target) throws IOException {
        this.target = target;
        server.bind(new InetSocketAddress("127.0.0.1", 0));
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Waits until somebody stands before it. */
    void awaitVisitor() throws InterruptedException {
        first.await();
    }

    /** Lets those through who come from now on; those who wait are sent away. */
    void open() throws IOException {
        open = true;
        closeAll();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                sockets.add(client);
                if (open) {
                    Socket backend = new Socket("127.0.0.1", target);
                    sockets.add(backend);
                    Thread.ofVirtual().start(() -> copy(client, backend));
                    Thread.ofVirtual().start(() -> copy(backend, client));
                }
                first.countDown();
            }
        } catch (IOException e) {
            first.countDown();
        }
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One end has gone, and with it the other.
            return;
        }
    }

    private void closeAll() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        closeAll();
    }
}
