package dev.sluice.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts what visitors got, by the version that answered. Thread-safe. */
final class DemoTally {
    private final Map<String, List<Long>> nanosByVersion = new TreeMap<>(DemoTally::byNumber);
    private final List<String> failures = new ArrayList<>();

    private static int byNumber(String a, String b) {
        return Integer.compare(Integer.parseInt(a.substring(1)), Integer.parseInt(b.substring(1)));
    }

    synchronized void answered(String version, long nanos) {
        nanosByVersion.computeIfAbsent(version, _ -> new ArrayList<>()).add(nanos);
    }

    synchronized void failed(String why) {
        failures.add(why);
    }

    synchronized int requests() {
        return failures.size()
                + nanosByVersion.values().stream().mapToInt(List::size).sum();
    }

    synchronized int failures() {
        return failures.size();
    }

    /** The table: a row a version, and all together. */
    synchronized void print(PrintStream out) {
        out.printf("%-10s %10s %10s %10s %10s%n", "version", "requests", "failures", "p50", "p99");
        List<Long> all = new ArrayList<>();
        nanosByVersion.forEach((version, nanos) -> {
            row(out, version, nanos, "");
            all.addAll(nanos);
        });
        row(out, "all", all, Integer.toString(failures.size()));
        failures.stream().limit(10).forEach(why -> out.println("  failed: " + why));
    }

    private void row(PrintStream out, String name, List<Long> nanos, String failed) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        out.printf(
                "%-10s %10d %10s %10s %10s%n",
                name,
                name.equals("all") ? requests() : sorted.length,
                failed,
                millis(sorted, 0.50),
                millis(sorted, 0.99));
    }

    private static String millis(long[] sorted, double share) {
        if (sorted.length == 0) {
            return "";
        }
        long nanos = sorted[(int) Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
        return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
    }
}
