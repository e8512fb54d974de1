package dev.sluice.demo;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Visitors: each a virtual thread with a keep-alive connection, that asks, waits a little, and asks again; every third
 * request is a POST. They do not try anything twice: whatever goes wrong is counted.
 */
final class DemoLoad {
    private static final int MAX_PAUSE_MILLIS = 30;
    private static final int TIMEOUT_MILLIS = 20_000;

    private final int port;
    private final DemoTally tally;
    private final List<Thread> visitors = new ArrayList<>();
    private volatile boolean going = true;

    DemoLoad(int port, DemoTally tally) {
        this.port = port;
        this.tally = tally;
    }

    void start(int number) {
        for (int i = 0; i < number; i++) {
            visitors.add(Thread.ofVirtual().name("visitor-" + i).start(this::visit));
        }
    }

    void stop() throws InterruptedException {
        going = false;
        for (Thread visitor : visitors) {
            visitor.join();
        }
    }

    private void visit() {
        int asked = 0;
        while (going) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(TIMEOUT_MILLIS);
                InputStream in = new BufferedInputStream(socket.getInputStream());
                while (going) {
                    ask(socket, in, asked++ % 3 == 2);
                    Thread.sleep(ThreadLocalRandom.current().nextInt(1, MAX_PAUSE_MILLIS));
                }
            } catch (IOException e) {
                tally.failed(e.toString());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void ask(Socket socket, InputStream in, boolean post) throws IOException {
        String body = post ? "x".repeat(2000) : "";
        String request = (post ? "POST / HTTP/1.1\r\nContent-Length: 2000\r\n" : "GET / HTTP/1.1\r\n")
                + "Host: demo.test\r\n\r\n" + body;
        long began = System.nanoTime();
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String status = line(in);
        int length = 0;
        String field;
        while (!(field = line(in)).isEmpty()) {
            if (field.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length =
                        Integer.parseInt(field.substring(field.indexOf(':') + 1).strip());
            }
        }
        String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        if (status.contains(" 200 ") && text.endsWith(" " + body.length())) {
            tally.answered(text.substring(0, text.indexOf(' ')), System.nanoTime() - began);
        } else {
            tally.failed(status);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int b;
        while ((b = in.read()) != '\n') {
            if (b < 0) {
                throw new EOFException("the connection ended before the answer did");
            }
            line.append((char) b);
        }
        return line.toString().stripTrailing();
    }
}
