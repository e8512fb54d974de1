package dev.sluice.cli;

import java.util.List;

/** How many words a command takes besides its flags, with cobra's words for too many or too few. */
enum Words {
    /** Exactly one: the name of a service. */
    ONE_SERVICE(" <service>"),
    NONE(""),
    /** Any number; those that are not understood are ignored. */
    ANY(""),
    /** Any number: the words of another command. */
    COMMAND(" [command]");

    private final String usage;

    Words(String usage) {
        this.usage = usage;
    }

    /** As it stands in the usage line. */
    String usage() {
        return usage;
    }

    void check(List<String> words, String command) throws CommandFailed {
        if (this == ONE_SERVICE && words.size() != 1) {
            throw new CommandFailed("accepts 1 arg(s), received " + words.size());
        }
        if (this == NONE && !words.isEmpty()) {
            throw new CommandFailed("unknown command " + GoQuote.of(words.getFirst()) + " for " + GoQuote.of(command));
        }
    }
}
