package dev.sluice.payload;

import java.util.List;
import java.util.Map;

/**
 * One row of {@code requests.txt}: bytes that a client sends, and what becomes of them.
 *
 * @param bytes one character is one byte
 * @param outcome what Sluice must do, see {@link Outcome}
 * @param seen fields that the target must see of the first request, whole
 * @param unseen names of fields that it must not see
 * @param peers what other proxies do that differs, by name
 */
public record Payload(
        String section,
        String name,
        String bytes,
        List<String> outcome,
        List<String> seen,
        List<String> unseen,
        Map<String, Difference> peers) {

    /** What another proxy makes of it, now this and now that if there are several, and why that differs. */
    record Difference(List<List<String>> outcomes, String why) {}

    @Override
    public String toString() {
        return section + ": " + name;
    }
}
