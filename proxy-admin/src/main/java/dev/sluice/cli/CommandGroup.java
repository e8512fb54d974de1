package dev.sluice.cli;

import java.util.List;

/** A command that only holds others: the program itself, {@code rollout}, {@code completion}. Called bare, it shows its help. */
record CommandGroup(String name, String summary, boolean hidden, List<Command> children, List<FlagGroup> ownFlags)
        implements Command {

    @Override
    public Words words() {
        return Words.ANY;
    }

    @Override
    public List<FlagGroup> flags(Session session) {
        return ownFlags;
    }

    @Override
    public int run(Flags flags, Session session) {
        throw new IllegalStateException("a group of commands does not run");
    }
}
