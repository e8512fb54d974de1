package dev.sluice.payload;

import dev.sluice.fixture.Message;
import dev.sluice.fixture.ProxyFixture;
import dev.sluice.fixture.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of bytes sent to a proxy, in the order in which the client learns of it. For each request that a target
 * answered stands what the target saw of it (method, target, framing, body); a refusal is a status, behind which the
 * connection is closed; {@code own 200} is the proxy's own answer on a connection that goes on; {@code closed} and
 * {@code waits} are what they say.
 */
final class Outcome {
    /** A request that the bytes are followed by: it is only served where the proxy knows that it is one. */
    static final String NEXT = "GET /next HTTP/1.1\r\nHost: app.test\r\n\r\n";

    private static final String NEXT_SEEN = "GET /next none";
    private static final String REFUSED = "refused";
    private static final Pattern FRAMING = Pattern.compile(" (?:none|chunked|length \\d+)($| \")");
    private static final int LONG = 200;
    private static final int QUIET_MILLIS = 700;
    private static final int MOST_ANSWERS = 20;

    private Outcome() {}

    /** The script of a target that tells the client in its answer what it saw. */
    static void tell(Message request, Wire wire) throws IOException {
        wire.send("HTTP/1.1 200 OK\r\nX-Seen: " + seen(request) + "\r\nContent-Length: 0\r\n\r\n");
    }

    /** What a target sees of a request. */
    static String seen(Message request) {
        List<String> lengths = request.headers("Content-Length");
        List<String> codings = request.headers("Transfer-Encoding");
        String framing = codings.isEmpty()
                ? lengths.isEmpty() ? "none" : "length " + String.join(",", lengths)
                : String.join(",", codings) + (lengths.isEmpty() ? "" : " and length " + String.join(",", lengths));
        String line = request.firstLine.replaceFirst(" HTTP/1\\.[01]$", "");
        String body = new String(request.body, StandardCharsets.ISO_8859_1);
        return printable(line) + " " + framing + (body.isEmpty() ? "" : " \"" + printable(body) + "\"");
    }

    private static String printable(String text) {
        if (text.length() > LONG) {
            return text.length() + " bytes";
        }
        StringBuilder printable = new StringBuilder();
        for (char c : text.toCharArray()) {
            switch (c) {
                case '\r' -> printable.append("\\r");
                case '\n' -> printable.append("\\n");
                default -> printable.append(c < 0x7f ? String.valueOf(c) : "\\x%02x".formatted((int) c));
            }
        }
        return printable.toString();
    }

    /** What a proxy must do for this row to be as it says: the row's outcome, and the request behind it. */
    static List<String> expected(List<String> outcome) {
        String last = outcome.getLast();
        if (last.equals("closed") || last.equals("waits") || last.matches("\\d{3}.*")) {
            return outcome;
        }
        List<String> all = new ArrayList<>(outcome);
        all.add(NEXT_SEEN);
        return all;
    }

    /**
     * The same without what proxies may do as they like: which status a refusal has, or none, and whether a body whose
     * length they know goes on in chunks.
     */
    static List<String> kinds(List<String> outcome) {
        List<String> kinds = new ArrayList<>();
        for (String step : outcome) {
            if (step.equals("closed") && !kinds.isEmpty() && kinds.getLast().startsWith("own ")) {
                kinds.set(kinds.size() - 1, REFUSED);
            } else {
                kinds.add(
                        step.matches("\\d{3}|closed")
                                ? REFUSED
                                : FRAMING.matcher(step).replaceFirst("$1"));
            }
        }
        return kinds;
    }

    /**
     * Sends bytes and a request behind them, and reads until that is answered or nothing more comes.
     *
     * @param piece how many bytes are sent at once
     */
    static List<String> of(int port, String bytes, int piece) throws IOException {
        try (Wire wire = Wire.to(port)) {
            wire.timeout(QUIET_MILLIS);
            send(wire, bytes + NEXT, piece);
            List<String> outcome = new ArrayList<>();
            while (outcome.size() < MOST_ANSWERS) {
                String step = step(wire, outcome);
                if (step != null) {
                    outcome.add(step);
                }
                if (step == null || step.equals(NEXT_SEEN) || step.equals("waits") || step.matches("\\d{3}.*")) {
                    break;
                }
            }
            return outcome;
        }
    }

    private static void send(Wire wire, String bytes, int piece) {
        byte[] all = bytes.getBytes(StandardCharsets.ISO_8859_1);
        try {
            for (int at = 0; at < all.length; at += piece) {
                wire.send(Arrays.copyOfRange(all, at, Math.min(all.length, at + piece)));
            }
        } catch (IOException e) {
            // Refused before the end was sent; the answer tells.
        }
    }

    // The next thing that the client learns; null for the end behind something else that has ended the exchange.
    private static @Nullable String step(Wire wire, List<String> before) throws IOException {
        Message answer;
        try {
            answer = ProxyFixture.receiveHead(wire);
        } catch (SocketTimeoutException e) {
            return "waits";
        } catch (EOFException e) {
            return before.contains("closed") ? null : "closed";
        } catch (IOException e) {
            // Closed while bytes were still on their way to it.
            return before.contains("closed") ? null : "closed";
        }
        if (answer.status() / 100 == 1) {
            return step(wire, before);
        }
        String seen = answer.header("X-Seen");
        return seen != null ? seen : own(wire, answer);
    }

    private static String own(Wire wire, Message answer) throws IOException {
        if (!"close".equalsIgnoreCase(answer.header("Connection"))) {
            String length = answer.header("Content-Length");
            wire.exactly(length == null ? 0 : Integer.parseInt(length));
            return "own " + answer.status();
        }
        try {
            String rest = new String(wire.rest(), StandardCharsets.ISO_8859_1);
            return answer.status() + (rest.contains("HTTP/1.") ? " and more" : "");
        } catch (SocketTimeoutException e) {
            return answer.status() + " and stays open";
        } catch (IOException e) {
            return answer.status() + " and reset";
        }
    }
}
