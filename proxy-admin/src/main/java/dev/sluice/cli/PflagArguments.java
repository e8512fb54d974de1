package dev.sluice.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Reads a command's arguments by pflag's rules, which differ from picocli's: a flag for a bool never takes the next word,
 * the only short flag is {@code -h}, and the first mistake from the left is the one that is reported, in pflag's words.
 * Picocli's model says which flags there are; its parser is left out, for it looks for classes that are not there (of
 * Groovy, of SQL), and that opens every jar of the class path.
 */
final class PflagArguments {
    private final Map<String, OptionSpec> specs;
    private final List<String> arguments;
    private final Map<String, List<Object>> given = new HashMap<>();
    private final List<String> words = new ArrayList<>();
    private int next;

    private PflagArguments(Map<String, OptionSpec> specs, List<String> arguments) {
        this.specs = specs;
        this.arguments = arguments;
    }

    static Flags parse(Call call, Session session) throws CommandFailed {
        return new PflagArguments(specs(call.command(), session), call.arguments()).parse();
    }

    private static Map<String, OptionSpec> specs(Command command, Session session) {
        Map<String, OptionSpec> specs = new HashMap<>();
        for (OptionSpec flag : flags(command, session)) {
            for (String name : flag.names()) {
                specs.put(name, flag);
            }
        }
        return specs;
    }

    /** All flags of a command, help among them. */
    static List<OptionSpec> flags(Command command, Session session) {
        List<OptionSpec> flags = new ArrayList<>();
        command.flags(session).forEach(group -> flags.addAll(group.flags()));
        flags.add(help(command));
        return flags;
    }

    static OptionSpec help(Command command) {
        return OptionSpec.builder("-h", "--help")
                .description("Help for " + command.name())
                .type(boolean.class)
                .arity("0..1")
                .converters(GoValues::bool)
                .build();
    }

    private Flags parse() throws CommandFailed {
        while (next < arguments.size()) {
            String argument = arguments.get(next++);
            if (argument.equals("--")) {
                words.addAll(arguments.subList(next, arguments.size()));
                break;
            }
            if (argument.startsWith("--")) {
                longFlag(argument);
            } else if (argument.startsWith("-") && argument.length() > 1) {
                shortFlags(argument.substring(1));
            } else {
                words.add(argument);
            }
        }
        return new Flags(specs, given, List.copyOf(words));
    }

    private void longFlag(String argument) throws CommandFailed {
        String name = argument.substring(2);
        if (name.startsWith("-") || name.startsWith("=")) {
            throw new CommandFailed("bad flag syntax: " + argument);
        }
        int equals = name.indexOf('=');
        String value = equals < 0 ? null : name.substring(equals + 1);
        name = equals < 0 ? name : name.substring(0, equals);
        OptionSpec flag = specs.get("--" + name);
        if (flag == null) {
            throw new CommandFailed("unknown flag: --" + name);
        }
        if (value == null && !FlagSpecs.takesValue(flag)) {
            value = "true";
        }
        if (value == null) {
            if (next == arguments.size()) {
                throw new CommandFailed("flag needs an argument: " + argument);
            }
            value = arguments.get(next++);
        }
        accept(flag, value);
    }

    /** Letters in a row, of which pflag would look up one after the other: only h is known, and it is a bool. */
    private void shortFlags(String letters) throws CommandFailed {
        for (int at = 0; at < letters.length(); at++) {
            String rest = letters.substring(at);
            OptionSpec flag = specs.get("-" + rest.charAt(0));
            if (flag == null) {
                throw new CommandFailed("unknown shorthand flag: '" + rest.charAt(0) + "' in -" + rest);
            }
            if (rest.length() > 2 && rest.charAt(1) == '=') {
                accept(flag, rest.substring(2));
                return;
            }
            accept(flag, "true");
        }
    }

    private void accept(OptionSpec flag, String value) throws CommandFailed {
        try {
            given.computeIfAbsent(flag.longestName(), _ -> new ArrayList<>()).add(FlagSpecs.convert(flag, value));
        } catch (Exception e) {
            throw new CommandFailed("invalid argument " + GoQuote.of(value) + " for "
                    + GoQuote.of(String.join(", ", flag.names())) + " flag: " + e.getMessage());
        }
    }
}
