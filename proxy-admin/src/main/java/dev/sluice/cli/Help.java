package dev.sluice.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.OptionSpec;

/** The help of a command, laid out as cobra's: what it does, how it is called, its commands, and each flag on a line. */
final class Help {
    private final Call call;
    private final Session session;
    private final StringBuilder text = new StringBuilder();

    private Help(Call call, Session session) {
        this.call = call;
        this.session = session;
    }

    static String of(Call call, Session session) {
        Help help = new Help(call, session);
        help.write();
        return help.text.toString();
    }

    private void write() {
        Command command = call.command();
        boolean group = !command.children().isEmpty();
        line(command.summary());
        line("");
        line("Usage:");
        line("  " + call.name() + (group ? " [command]" : command.words().usage() + " [flags]"));
        if (!command.aliases().isEmpty()) {
            line("");
            line("Aliases:");
            line("  " + command.name() + ", " + String.join(", ", command.aliases()));
        }
        if (group) {
            commands(command.children());
        }
        flags(command);
        if (group) {
            line("");
            line("Use \"" + call.name() + " [command] --help\" for more information about a command.");
        }
    }

    private void commands(List<Command> commands) {
        List<Command> shown = commands.stream().filter(c -> !c.hidden()).toList();
        List<Command> listed = shown.isEmpty() ? commands : shown;
        int width = listed.stream().mapToInt(c -> c.name().length()).max().orElse(0);
        line("");
        line("Available Commands:");
        for (Command command : listed) {
            line("  " + padded(command.name(), width) + "  " + command.summary());
        }
    }

    private void flags(Command command) {
        List<FlagGroup> groups = new ArrayList<>(command.flags(session));
        OptionSpec help = PflagArguments.help(command);
        if (groups.size() == 1) {
            List<OptionSpec> flags = new ArrayList<>(groups.getFirst().flags());
            flags.add(help);
            groups.set(0, new FlagGroup(groups.getFirst().title(), flags));
        } else {
            groups.add(new FlagGroup(groups.isEmpty() ? "Flags" : "Other", List.of(help)));
        }
        int width = groups.stream()
                .flatMap(group -> group.flags().stream())
                .mapToInt(flag -> usage(flag).length())
                .max()
                .orElse(0);
        for (FlagGroup group : groups) {
            line("");
            line(group.title() + ":");
            for (OptionSpec flag : group.flags()) {
                line(padded(usage(flag), width) + "   " + flag.description()[0] + defaultOf(flag));
            }
        }
    }

    private static String usage(OptionSpec flag) {
        String names = flag.names().length > 1 ? "  -h, --help" : "      " + flag.longestName();
        return FlagSpecs.takesValue(flag) ? names + " " + flag.paramLabel() : names;
    }

    private static String defaultOf(OptionSpec flag) {
        String value = flag.defaultValue();
        if (value == null || value.isEmpty() || value.equals("false") || value.equals("0")) {
            return "";
        }
        return " (default " + (flag.paramLabel().equals("string") ? GoQuote.of(value) : value) + ")";
    }

    private static String padded(String cell, int width) {
        return cell + " ".repeat(width - cell.length());
    }

    private void line(String content) {
        text.append(content).append('\n');
    }
}
