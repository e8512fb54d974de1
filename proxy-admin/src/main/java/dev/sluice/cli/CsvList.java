package dev.sluice.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A list flag's value, read as Go's encoding/csv reads one record: elements between commas, quoted where they hold a
 * comma or a quote. The empty value is the empty list; a comma at the end makes an empty element.
 */
final class CsvList {
    private final String record;
    private final List<String> elements = new ArrayList<>();

    private CsvList(String record) {
        this.record = record;
    }

    /** @throws IllegalArgumentException with encoding/csv's words */
    static List<String> parse(String value) {
        return value.isEmpty() ? List.of() : new CsvList(value).elements();
    }

    private List<String> elements() {
        int at = 0;
        while (at >= 0) {
            at = record.startsWith("\"", at) ? quoted(at) : plain(at);
        }
        return elements;
    }

    /** Reads an element without quotes; returns where the next begins, or -1 after the last. */
    private int plain(int from) {
        int end = endOfLine(from);
        int comma = record.indexOf(',', from, end);
        String element = record.substring(from, comma < 0 ? end : comma);
        int quote = element.indexOf('"');
        if (quote >= 0) {
            throw refused(from + quote, "bare \" in non-quoted-field");
        }
        elements.add(element);
        return comma < 0 ? -1 : comma + 1;
    }

    /** Reads an element in quotes, in which two quotes stand for one. */
    private int quoted(int from) {
        StringBuilder element = new StringBuilder();
        int at = from + 1;
        while (true) {
            int quote = record.indexOf('"', at);
            if (quote < 0) {
                throw refused(record.length(), "extraneous or missing \" in quoted-field");
            }
            element.append(record, at, quote);
            at = quote + 1;
            if (record.startsWith("\"", at)) {
                element.append('"');
                at++;
            } else if (at == endOfLine(at)) {
                elements.add(element.toString());
                return -1;
            } else if (record.charAt(at) == ',') {
                elements.add(element.toString());
                return at + 1;
            } else {
                throw refused(quote, "extraneous or missing \" in quoted-field");
            }
        }
    }

    /** Only the first line counts. */
    private int endOfLine(int from) {
        int end = record.indexOf('\n', from);
        return end < 0 ? record.length() : end;
    }

    private IllegalArgumentException refused(int at, String why) {
        int column = record.substring(0, at).getBytes(StandardCharsets.UTF_8).length + 1;
        return new IllegalArgumentException("parse error on line 1, column " + column + ": " + why);
    }
}
