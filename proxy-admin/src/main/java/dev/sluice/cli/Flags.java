package dev.sluice.cli;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The flags and words of one command line, read and converted: what was given, and for the rest the defaults.
 *
 * @param specs all flags of the command, by their names
 * @param given values of those that were given, by their long names, in the order of the command line
 */
record Flags(Map<String, OptionSpec> specs, Map<String, List<Object>> given, List<String> words) {

    /** Whether the flag stood on the command line, whatever its value. */
    boolean given(String flag) {
        return given.containsKey("--" + flag);
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

    /** The last one given, as with pflag; of a flag that takes several all, one after the other. */
    private @Nullable Object value(String flag) {
        OptionSpec spec = Objects.requireNonNull(specs.get("--" + flag), flag);
        List<Object> values = given.get("--" + flag);
        if (values == null) {
            return otherwise(spec);
        }
        return spec.isMultiValue()
                ? values.stream().flatMap(v -> ((List<?>) v).stream()).toList()
                : values.getLast();
    }

    private static @Nullable Object otherwise(OptionSpec spec) {
        String value = spec.defaultValue();
        try {
            return value == null ? null : FlagSpecs.convert(spec, value);
        } catch (Exception e) {
            throw new IllegalStateException(spec.longestName() + " has a default that it does not take", e);
        }
    }
}
