package dev.sluice.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Reads a command's arguments by pflag's rules, which differ from picocli's: a flag for a bool never takes the next word,
 * the only short flag is {@code -h}, and the first mistake from the left is the one that is reported, in pflag's words.
 * What passes is handed to picocli in a form that has one reading only: {@code --name=value ...}.
 */
final class PflagArguments {
    private final CommandSpec spec;
    private final List<String> arguments;
    private final List<String> flags = new ArrayList<>();
    private final List<String> words = new ArrayList<>();
    private int next;

    private PflagArguments(CommandSpec spec, List<String> arguments) {
        this.spec = spec;
        this.arguments = arguments;
    }

    static Flags parse(Call call, Session session) throws CommandFailed {
        return new PflagArguments(spec(call.command(), session), call.arguments()).parse();
    }

    /** Picocli's model of a command, without those below it. */
    static CommandSpec spec(Command command, Session session) {
        CommandSpec spec = CommandSpec.create().name(command.name());
        spec.usageMessage().description(command.summary()).hidden(command.hidden());
        for (FlagGroup group : command.flags(session)) {
            group.flags().forEach(spec::addOption);
        }
        spec.addOption(help(command));
        return spec;
    }

    static OptionSpec help(Command command) {
        return OptionSpec.builder("-h", "--help")
                .description("Help for " + command.name())
                .type(boolean.class)
                .arity("0..1")
                .converters(GoValues::bool)
                .build();
    }

    /** All of picocli's own ideas of what a value might mean are off. */
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
        CommandLine picocli = new CommandLine(spec)
                .setExpandAtFiles(false)
                .setInterpolateVariables(false)
                .setOverwrittenOptionsAllowed(true)
                .setAllowOptionsAsOptionParameters(true);
        return new Flags(picocli.parseArgs(flags.toArray(String[]::new)), List.copyOf(words));
    }

    private void longFlag(String argument) throws CommandFailed {
        String name = argument.substring(2);
        if (name.startsWith("-") || name.startsWith("=")) {
            throw new CommandFailed("bad flag syntax: " + argument);
        }
        int equals = name.indexOf('=');
        String value = equals < 0 ? null : name.substring(equals + 1);
        name = equals < 0 ? name : name.substring(0, equals);
        OptionSpec flag = spec.optionsMap().get("--" + name);
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
            OptionSpec flag = spec.optionsMap().get("-" + rest.charAt(0));
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
            for (CommandLine.ITypeConverter<?> converter : flag.converters()) {
                converter.convert(value);
            }
        } catch (Exception e) {
            throw new CommandFailed("invalid argument " + GoQuote.of(value) + " for "
                    + GoQuote.of(String.join(", ", flag.names())) + " flag: " + e.getMessage());
        }
        flags.add(flag.longestName() + "=" + value);
    }
}
