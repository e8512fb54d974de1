package dev.sluice.cli;

import dev.sluice.admin.client.AdminFailure;
import java.util.List;

/**
 * One command of the program: how it is called and what it does. Its flags are made only when it is the one that was
 * called, or helped with, which keeps the start short.
 */
interface Command {

    String name();

    /** One line for the list of commands and the head of the help. */
    String summary();

    default List<String> aliases() {
        return List.of();
    }

    /** Whether the list of commands leaves it out. */
    default boolean hidden() {
        return false;
    }

    /** The commands below this one; a command that has some does nothing itself but show its help. */
    default List<Command> children() {
        return List.of();
    }

    default Words words() {
        return Words.ONE_SERVICE;
    }

    default List<FlagGroup> flags(Session session) {
        return List.of();
    }

    default FlagRules rules() {
        return FlagRules.NONE;
    }

    /** Refuses flags that contradict one another, before missing ones are looked for: cobra's order. */
    default void check(Flags flags) throws CommandFailed {}

    /** Does the work; returns the exit code. */
    int run(Flags flags, Session session) throws CommandFailed, AdminFailure;
}
