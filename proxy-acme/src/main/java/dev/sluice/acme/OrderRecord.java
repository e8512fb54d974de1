package dev.sluice.acme;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What happened to the orders for one certificate, and what follows for the next: kept in the store beside it, because a
 * server that is started again and again must not order each time. Every method holds the object's monitor, shortly.
 */
final class OrderRecord {
    /** What follows the certificate's name in the name that the record is stored under. */
    static final String SUFFIX = "+sluice";

    /** How many orders may be placed with one authority in {@link #CAP_TIME}. */
    static final int CAP = 2;

    static final Duration CAP_TIME = Duration.ofHours(1);

    private final Map<String, List<Instant>> orders = new HashMap<>();
    private final Map<String, Instant> blocked = new HashMap<>();
    private int failures;
    private @Nullable Instant failingSince;
    private @Nullable Instant nextTry;
    private String error = "";
    private String kind = "";
    private String issuer = "";
    private @Nullable RenewalWindow window;
    private @Nullable Instant nextAdvice;

    synchronized int failures() {
        return failures;
    }

    synchronized @Nullable Instant nextTry() {
        return nextTry;
    }

    synchronized String error() {
        return error;
    }

    /** The kind of challenge that proved the names last, by its type; empty at first. */
    synchronized String kind() {
        return kind;
    }

    /** The directory of the authority that issued the certificate; empty when that is not known. */
    synchronized String issuer() {
        return issuer;
    }

    synchronized @Nullable RenewalWindow window() {
        return window;
    }

    synchronized @Nullable Instant nextAdvice() {
        return nextAdvice;
    }

    /** An order is about to be placed. Should the process die over it, it counts as one that failed. */
    synchronized void placing(String directory, Instant now, RandomGenerator random) {
        List<Instant> placed = orders.computeIfAbsent(directory, _ -> new ArrayList<>());
        placed.removeIf(order -> !order.isAfter(now.minus(CAP_TIME)));
        placed.add(now);
        nextTry = now.plus(RetryLadder.delay(failures + 1, failingSince == null ? now : failingSince, now, random));
    }

    /** Until when the authority must not be asked for this certificate; null when it may be. */
    synchronized @Nullable Instant blockedUntil(String directory, Instant now) {
        Instant until = blocked.get(directory);
        List<Instant> recent = orders.getOrDefault(directory, List.of()).stream()
                .filter(order -> order.isAfter(now.minus(CAP_TIME)))
                .toList();
        if (recent.size() >= CAP) {
            Instant free = recent.get(recent.size() - CAP).plus(CAP_TIME);
            until = until == null || free.isAfter(until) ? free : until;
        }
        return until != null && until.isAfter(now) ? until : null;
    }

    synchronized void block(String directory, Instant until) {
        blocked.put(directory, until);
    }

    /**
     * An attempt has failed.
     *
     * @param earliest before which another one would be in vain, or null
     */
    synchronized void failed(String why, @Nullable Instant earliest, Instant now, RandomGenerator random) {
        failures++;
        failingSince = failingSince == null ? now : failingSince;
        error = why;
        Instant next = now.plus(RetryLadder.delay(failures, failingSince, now, random));
        nextTry = earliest != null && earliest.isAfter(next) ? earliest : next;
    }

    synchronized void succeeded(String directory, ChallengeKind by) {
        failures = 0;
        failingSince = null;
        nextTry = null;
        error = "";
        issuer = directory;
        kind = by.type();
        window = null;
        nextAdvice = null;
        blocked.clear();
    }

    synchronized void advised(@Nullable RenewalWindow renewal, Instant askAgain) {
        window = renewal;
        nextAdvice = askAgain;
    }

    /** The operator has asked for it: the next attempt need not wait for the ladder. */
    synchronized void hurry() {
        nextTry = null;
    }

    synchronized byte[] encoded() {
        Properties text = new Properties();
        text.setProperty("failures", Integer.toString(failures));
        put(text, "failing_since", failingSince);
        put(text, "next_try", nextTry);
        text.setProperty("error", error);
        text.setProperty("kind", kind);
        text.setProperty("issuer", issuer);
        put(text, "next_advice", nextAdvice);
        orders.forEach((directory, times) -> text.setProperty(
                "orders " + directory,
                String.join(" ", times.stream().map(Instant::toString).toList())));
        blocked.forEach((directory, until) -> put(text, "blocked " + directory, until));
        if (window != null) {
            text.setProperty(
                    "window", window.certificate() + " " + window.start() + " " + window.end() + " " + window.moment());
        }
        StringWriter out = new StringWriter();
        try {
            text.store(out, "Sluice: the orders for this certificate. Delete this file to try again at once.");
        } catch (IOException e) {
            throw new IllegalStateException("strings can be written to", e);
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void put(Properties text, String key, @Nullable Instant value) {
        if (value != null) {
            text.setProperty(key, value.toString());
        }
    }

    /** Reads a record; one that cannot be understood counts as none. */
    static OrderRecord decode(byte @Nullable [] content) {
        if (content == null) {
            return new OrderRecord();
        }
        try {
            Properties text = new Properties();
            text.load(new StringReader(new String(content, StandardCharsets.UTF_8)));
            return of(text);
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            return new OrderRecord();
        }
    }

    private static OrderRecord of(Properties text) {
        OrderRecord record = new OrderRecord();
        record.failures = Integer.parseInt(text.getProperty("failures", "0"));
        record.failingSince = instant(text, "failing_since");
        record.nextTry = instant(text, "next_try");
        record.error = text.getProperty("error", "");
        record.kind = text.getProperty("kind", "");
        record.issuer = text.getProperty("issuer", "");
        record.nextAdvice = instant(text, "next_advice");
        for (String key : text.stringPropertyNames()) {
            if (key.startsWith("orders ")) {
                List<Instant> times = new ArrayList<>();
                for (String time : text.getProperty(key).split(" ")) {
                    times.add(Instant.parse(time));
                }
                record.orders.put(key.substring("orders ".length()), times);
            } else if (key.startsWith("blocked ")) {
                record.blocked.put(key.substring("blocked ".length()), Instant.parse(text.getProperty(key)));
            }
        }
        String[] window = text.getProperty("window", "").split(" ");
        if (window.length == 4) {
            record.window = new RenewalWindow(
                    window[0], Instant.parse(window[1]), Instant.parse(window[2]), Instant.parse(window[3]));
        }
        return record;
    }

    private static @Nullable Instant instant(Properties text, String key) {
        String value = text.getProperty(key);
        return value == null ? null : Instant.parse(value);
    }
}
