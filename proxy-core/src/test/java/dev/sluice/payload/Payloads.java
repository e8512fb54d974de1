package dev.sluice.payload;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code requests.txt}; how it is written says its head. */
public final class Payloads {
    private static final Pattern REPEAT = Pattern.compile("\\{(.+?)\\*(\\d+)}", Pattern.DOTALL);
    private static final Pattern ESCAPE = Pattern.compile("\\\\(x[0-9a-f]{2}|.)");

    private final List<Payload> rows = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private String section = "";
    private @Nullable Draft draft;

    private Payloads() {}

    public static List<Payload> all() throws IOException {
        try (InputStream in = Objects.requireNonNull(Payloads.class.getResourceAsStream("requests.txt"))) {
            Payloads reading = new Payloads();
            new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().forEach(reading::line);
            reading.end();
            return List.copyOf(reading.rows);
        }
    }

    private void line(String line) {
        if (line.startsWith("## ")) {
            end();
            section = line.substring(3);
        } else if (line.isBlank() || line.startsWith("#")) {
            return;
        } else if (!line.startsWith("  ")) {
            end();
            draft = new Draft(line);
        } else {
            Objects.requireNonNull(draft, line).add(line.strip());
        }
    }

    private void end() {
        if (draft != null) {
            Payload row = draft.row(section);
            if (!names.add(row.toString())) {
                throw new IllegalStateException("twice: " + row);
            }
            rows.add(row);
            draft = null;
        }
    }

    /** The bytes that are meant: bars are line ends, braces repeat, backslashes escape. */
    static String bytes(String text) {
        String lines = text.replace("\\|", "\\x7c").replace("|", "\r\n");
        String repeated = REPEAT.matcher(lines)
                .replaceAll(m -> Matcher.quoteReplacement(m.group(1).repeat(Integer.parseInt(m.group(2)))));
        return ESCAPE.matcher(repeated).replaceAll(m -> Matcher.quoteReplacement(unescaped(m.group(1))));
    }

    private static String unescaped(String escape) {
        return switch (escape.charAt(0)) {
            case 'n' -> "\n";
            case 'r' -> "\r";
            case 't' -> "\t";
            case 's' -> " ";
            case '0' -> "\0";
            case 'x' -> String.valueOf((char) Integer.parseInt(escape.substring(1), 16));
            default -> escape;
        };
    }

    /** A row as far as it was read. */
    private static final class Draft {
        private final String name;
        private final StringBuilder bytes = new StringBuilder();
        private final List<String> seen = new ArrayList<>();
        private final List<String> unseen = new ArrayList<>();
        private final Map<String, Payload.Difference> peers = new LinkedHashMap<>();
        private List<String> outcome = List.of();

        Draft(String name) {
            this.name = name;
        }

        void add(String line) {
            if (line.startsWith("= ")) {
                outcome = outcome(line.substring(2));
            } else if (line.startsWith("+ ")) {
                seen.add(bytes(line.substring(2)));
            } else if (line.startsWith("- ")) {
                unseen.add(line.substring(2));
            } else if (line.startsWith("nginx = ") || line.startsWith("haproxy = ")) {
                String[] parts = line.split(" = ", 2);
                String[] why = parts[1].split(" -- ", 2);
                List<List<String>> outcomes =
                        Stream.of(why[0].split(" or ")).map(Draft::outcome).toList();
                peers.put(parts[0], new Payload.Difference(outcomes, why[1]));
            } else {
                bytes.append(line);
            }
        }

        private static List<String> outcome(String text) {
            return List.of(text.strip().split(" & "));
        }

        Payload row(String section) {
            if (outcome.isEmpty()) {
                throw new IllegalStateException("no outcome: " + name);
            }
            return new Payload(section, name, bytes(bytes.toString()), outcome, seen, unseen, peers);
        }
    }
}
