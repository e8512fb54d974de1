package dev.sluice.cli;

import dev.sluice.service.GoDuration;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Makes flags of the kinds that Go's pflag knows. The label names the kind in the help; the converter reads a value as
 * Go does, and says so in Go's words with an IllegalArgumentException.
 */
final class FlagSpecs {
    private FlagSpecs() {}

    /** A flag that is given as it is, or with {@code =false} and the like, but never takes the next word. */
    static OptionSpec bool(String name, boolean otherwise, String description) {
        return flag(name, description)
                .type(boolean.class)
                .arity("0..1")
                .defaultValue(Boolean.toString(otherwise))
                .converters(GoValues::bool)
                .build();
    }

    static OptionSpec string(String name, String otherwise, String description) {
        return flag(name, description)
                .type(String.class)
                .arity("1")
                .paramLabel("string")
                .defaultValue(otherwise)
                .build();
    }

    static OptionSpec integer(String name, long otherwise, String description) {
        return flag(name, description)
                .type(Long.class)
                .arity("1")
                .paramLabel("int")
                .defaultValue(Long.toString(otherwise))
                .converters(GoValues::integer)
                .build();
    }

    static OptionSpec duration(String name, String otherwise, String description) {
        return flag(name, description)
                .type(Duration.class)
                .arity("1")
                .paramLabel("duration")
                .defaultValue(otherwise)
                .converters(GoDuration::parse)
                .build();
    }

    /** A flag that may be repeated and whose values may be lists themselves: {@code --host a,b --host c}. */
    static OptionSpec strings(String name, String description) {
        return flag(name, description)
                .type(List.class)
                .auxiliaryTypes(List.class)
                .arity("1")
                .paramLabel("strings")
                .converters(CsvList::parse)
                .build();
    }

    /** Whether the flag is followed by its value; a bool is not. */
    static boolean takesValue(OptionSpec flag) {
        return flag.arity().min() > 0;
    }

    /** A value as the flag's kind has it; throws what its converter does when it is no such value. */
    static Object convert(OptionSpec flag, String value) throws Exception {
        return flag.converters().length == 0 ? value : flag.converters()[0].convert(value);
    }

    private static OptionSpec.Builder flag(String name, String description) {
        return OptionSpec.builder("--" + name).description(description);
    }
}
