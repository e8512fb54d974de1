package dev.sluice.cli;

import dev.sluice.admin.client.AdminFailure;
import dev.sluice.admin.client.JsonObject;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells a person at a terminal how a deploy comes along: one line on standard error, rewritten at each event and each
 * second. A terminal that cannot rewrite gets a line for each step. Its own thread ticks; the lock is its monitor.
 */
final class Progress implements AutoCloseable {
    private static final String ERASE_LINE = "\r\033[K";

    private final PrintStream out;
    private final boolean inPlace;
    private final int columns;
    private final LongSupplier nanoClock;
    private final long start;
    private final Map<String, Check> checks = new LinkedHashMap<>();
    private String step = "";
    private boolean closed;

    /** What the last check of a target found; no check yet when there were no tries. */
    private record Check(boolean healthy, long tries, String message) {}

    Progress(PrintStream out, boolean inPlace, int columns, List<String> targets, LongSupplier nanoClock) {
        this.out = out;
        this.inPlace = inPlace;
        this.columns = columns;
        this.nanoClock = nanoClock;
        start = nanoClock.getAsLong();
        targets.forEach(target -> checks.put(target, new Check(false, 0, "")));
    }

    /** Deploys, and tells about it when this is Sluice at a terminal; otherwise silent, as kamal-proxy is. */
    static void follow(Session session, Flags flags, String path, Map<String, Object> fields) throws AdminFailure {
        if (!session.sluice() || !session.errTerminal()) {
            session.client().watch("POST", path, fields, event -> {});
            return;
        }
        List<String> targets = new ArrayList<>(flags.strings("target"));
        targets.addAll(flags.strings("read-target"));
        try (Progress progress =
                new Progress(session.err(), !session.dumbTerminal(), columns(session), targets, System::nanoTime)) {
            Thread.ofPlatform().daemon().start(progress::tick);
            session.client().watch("POST", path, fields, progress::on);
            progress.done(flags.service());
        }
    }

    synchronized void on(JsonObject event) {
        switch (event.text("event")) {
            case "checked" ->
                checks.put(
                        event.text("target"),
                        new Check(event.flag("healthy"), event.number("tries"), Printable.of(event.text("message"))));
            case "switched" -> step("switched to the new targets");
            case "draining" ->
                step("switched; waiting for " + requests(event.number("in_flight")) + " to the old targets");
            case "certificates" -> {
                erase();
                event.objects("certificates").forEach(c -> out.println(CertificateWords.of(c)));
            }
            default -> {} // of a newer daemon, or the end
        }
        show();
    }

    synchronized void done(String service) {
        erase();
        out.println("Deployed " + service + " in " + seconds());
        closed = true;
    }

    /** Leaves the line empty for what is printed next. */
    @Override
    public synchronized void close() {
        if (!closed) {
            erase();
            closed = true;
        }
        notifyAll();
    }

    private synchronized void tick() {
        try {
            while (!closed) {
                show();
                wait(TimeUnit.SECONDS.toMillis(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void step(String words) {
        step = words;
        if (!inPlace) {
            out.println(words);
        }
    }

    private void show() {
        if (!inPlace || closed) {
            return;
        }
        String line = (step.isEmpty() ? waiting() : step) + ", " + seconds();
        out.print(ERASE_LINE + (line.length() < columns ? line : line.substring(0, columns - 1)));
        out.flush();
    }

    private void erase() {
        if (inPlace) {
            out.print(ERASE_LINE);
            out.flush();
        }
    }

    /** The first target that is not healthy, what it said, and how many are. */
    private String waiting() {
        long healthy = checks.values().stream().filter(Check::healthy).count();
        String count = checks.size() == 1 ? "" : healthy + " of " + checks.size() + " healthy; ";
        for (Map.Entry<String, Check> entry : checks.entrySet()) {
            Check check = entry.getValue();
            if (!check.healthy()) {
                return count + "waiting for " + entry.getKey()
                        + (check.tries() == 0 ? "" : ": " + check.message() + ", " + tries(check.tries()));
            }
        }
        return count + "healthy, switching";
    }

    private String seconds() {
        return TimeUnit.NANOSECONDS.toSeconds(nanoClock.getAsLong() - start) + " s";
    }

    private static String tries(long tries) {
        return tries + (tries == 1 ? " try" : " tries");
    }

    private static String requests(long count) {
        return count + (count == 1 ? " request" : " requests");
    }

    private static int columns(Session session) {
        try {
            return Integer.parseInt(session.environment().getOrDefault("COLUMNS", "80"));
        } catch (NumberFormatException e) {
            return 80;
        }
    }
}
