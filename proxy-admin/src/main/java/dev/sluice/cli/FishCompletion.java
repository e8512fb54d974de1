package dev.sluice.cli;

import java.util.List;
import picocli.CommandLine.Model.OptionSpec;

/** The completion script for fish: a {@code complete} line for each command and each flag. */
final class FishCompletion {
    private final String program;
    private final Session session;
    private final StringBuilder script = new StringBuilder();

    private FishCompletion(String program, Session session) {
        this.program = program;
        this.session = session;
    }

    static String of(CommandGroup program, Session session) {
        FishCompletion fish = new FishCompletion(program.name(), session);
        fish.commands(program, "__fish_use_subcommand");
        for (Command command : program.children()) {
            if (!command.hidden()) {
                fish.below(command);
            }
        }
        return fish.script.toString();
    }

    private void below(Command command) {
        String seen = "__fish_seen_subcommand_from " + names(command);
        if (command.children().isEmpty()) {
            flags(command, seen);
            return;
        }
        String all =
                String.join(" ", command.children().stream().map(Command::name).toList());
        commands(command, seen + "; and not __fish_seen_subcommand_from " + all);
        for (Command child : command.children()) {
            flags(child, seen + "; and __fish_seen_subcommand_from " + names(child));
        }
    }

    private void commands(Command group, String condition) {
        for (Command child : group.children()) {
            if (!child.hidden()) {
                line(condition, "-f -a " + child.name(), child.summary());
            }
        }
        flags(group, condition);
    }

    private void flags(Command command, String condition) {
        for (FlagGroup group : command.flags(session)) {
            for (OptionSpec flag : group.flags()) {
                String value = FlagSpecs.takesValue(flag) ? " -r" : "";
                line(condition, "-l " + flag.longestName().substring(2) + value, flag.description()[0]);
            }
        }
        line(condition, "-s h -l help", "Help for " + command.name());
    }

    private void line(String condition, String what, String description) {
        script.append("complete -c ").append(program);
        script.append(" -n '").append(condition).append("' ").append(what);
        script.append(" -d '")
                .append(description.replace("\\", "\\\\").replace("'", "\\'"))
                .append("'\n");
    }

    private static String names(Command command) {
        List<String> aliases = command.aliases();
        return aliases.isEmpty() ? command.name() : command.name() + " " + String.join(" ", aliases);
    }
}
