package dev.sluice.cli;

import java.util.List;

/**
 * Which flags have to be given, checked last, in cobra's order and words.
 *
 * @param required each of them
 * @param together all of them or none
 * @param oneOf at least one of them
 */
record FlagRules(List<String> required, List<String> together, List<String> oneOf) {
    static final FlagRules NONE = new FlagRules(List.of(), List.of(), List.of());

    static FlagRules required(String flag) {
        return new FlagRules(List.of(flag), List.of(), List.of());
    }

    void check(Flags flags) throws CommandFailed {
        List<String> missing = missing(required, flags);
        if (!missing.isEmpty()) {
            throw new CommandFailed("required flag(s) "
                    + String.join(", ", missing.stream().map(GoQuote::of).toList()) + " not set");
        }
        List<String> lonely = missing(together, flags);
        if (!lonely.isEmpty() && lonely.size() < together.size()) {
            throw new CommandFailed("if any flags in the group " + group(together)
                    + " are set they must all be set; missing " + group(lonely));
        }
        if (!oneOf.isEmpty() && missing(oneOf, flags).size() == oneOf.size()) {
            throw new CommandFailed("at least one of the flags in the group " + group(oneOf) + " is required");
        }
    }

    private static List<String> missing(List<String> wanted, Flags flags) {
        return wanted.stream().filter(flag -> !flags.given(flag)).sorted().toList();
    }

    private static String group(List<String> flags) {
        return "[" + String.join(" ", flags) + "]";
    }
}
