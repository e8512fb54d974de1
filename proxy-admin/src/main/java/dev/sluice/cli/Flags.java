package dev.sluice.cli;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParseResult;

/** The flags and words of one command line, read and converted: what was given, and for the rest the defaults. */
record Flags(ParseResult parsed, List<String> words) {

    /** Whether the flag stood on the command line, whatever its value. */
    boolean given(String flag) {
        return parsed.hasMatchedOption("--" + flag);
    }

    /** The service that the command is about: its one word. */
    String service() {
        return words.getFirst();
    }

    boolean bool(String flag) {
        return Boolean.TRUE.equals(value(flag));
    }

    String string(String flag) {
        return Objects.requireNonNull((String) value(flag));
    }

    /** The value, or the first one of a flag that takes several; empty for none. */
    String text(String flag) {
        return switch (value(flag)) {
            case String text -> text;
            case List<?> list when !list.isEmpty() -> String.valueOf(list.getFirst());
            case null, default -> "";
        };
    }

    long integer(String flag) {
        return Objects.requireNonNull((Long) value(flag));
    }

    Duration duration(String flag) {
        return Objects.requireNonNull((Duration) value(flag));
    }

    List<String> strings(String flag) {
        return value(flag) instanceof List<?> list
                ? list.stream().map(String.class::cast).toList()
                : List.of();
    }

    private @Nullable Object value(String flag) {
        return parsed.commandSpec().findOption("--" + flag).getValue();
    }
}
