package dev.sluice.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command, found by the words in front of its flags as cobra finds it, and the arguments that are left for it.
 *
 * @param path from the program to the command
 */
record Call(List<Command> path, List<String> arguments) {
    private static final Set<String> HELP = Set.of("-h", "--help");

    /**
     * Finds the command.
     *
     * @throws CommandFailed when the program has no command of that name
     */
    static Call find(Command program, List<String> arguments) throws CommandFailed {
        List<Command> path = new ArrayList<>(List.of(program));
        List<String> rest = new ArrayList<>(arguments);
        while (true) {
            Command group = path.getLast();
            int word = group.children().isEmpty() ? -1 : firstWord(rest);
            if (word < 0) {
                return new Call(path, rest);
            }
            String name = rest.get(word);
            Command child = child(group, name);
            if (child == null) {
                if (path.size() > 1) {
                    return new Call(path, rest);
                }
                throw unknown(program, name);
            }
            path.add(child);
            rest.remove(word);
        }
    }

    Command command() {
        return path.getLast();
    }

    /** The words that call the command, such as {@code kamal-proxy rollout set}. */
    String name() {
        return String.join(" ", path.stream().map(Command::name).toList());
    }

    private static @Nullable Command child(Command group, String name) {
        for (Command child : group.children()) {
            if (child.name().equals(name) || child.aliases().contains(name)) {
                return child;
            }
        }
        return null;
    }

    /**
     * Where the first word is that is no flag and not the value of one. A flag in front of the command is not known yet,
     * so that the word behind it is taken for its value, unless it is the last one: cobra's rule.
     */
    private static int firstWord(List<String> arguments) {
        for (int at = 0; at < arguments.size(); at++) {
            String argument = arguments.get(at);
            if (argument.equals("--")) {
                return -1;
            }
            if (!argument.startsWith("-")) {
                if (!argument.isEmpty()) {
                    return at;
                }
            } else if (takesValue(argument)) {
                if (at + 2 >= arguments.size()) {
                    return -1;
                }
                at++;
            }
        }
        return -1;
    }

    private static boolean takesValue(String flag) {
        return !flag.contains("=")
                && !HELP.contains(flag)
                && !flag.equals("--version")
                && (flag.startsWith("--") || flag.length() == 2);
    }

    private static CommandFailed unknown(Command program, String name) {
        StringBuilder message =
                new StringBuilder("unknown command " + GoQuote.of(name) + " for " + GoQuote.of(program.name()));
        List<String> similar = program.children().stream()
                .filter(c -> !c.hidden() && !c.name().equals("help"))
                .map(Command::name)
                .filter(known -> similar(name.toLowerCase(Locale.ROOT), known))
                .toList();
        if (!similar.isEmpty()) {
            message.append("\n\nDid you mean this?\n");
            similar.forEach(known -> message.append('\t').append(known).append('\n'));
        }
        message.append("\nRun '").append(program.name()).append(" --help' for usage.");
        return new CommandFailed(message.toString());
    }

    private static boolean similar(String typed, String known) {
        return known.startsWith(typed) || distance(typed, known) <= 2;
    }

    /** Levenshtein's. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, Math.min(previous[j], row[j - 1]) + 1);
            }
            previous = row;
        }
        return previous[b.length()];
    }
}
