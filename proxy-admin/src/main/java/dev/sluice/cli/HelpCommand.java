package dev.sluice.cli;

import java.util.List;

/** {@code help}: the help of another command, or of the program. */
final class HelpCommand implements Command {

    @Override
    public String name() {
        return "help";
    }

    @Override
    public String summary() {
        return "Help about any command";
    }

    @Override
    public Words words() {
        return Words.COMMAND;
    }

    @Override
    public int run(Flags flags, Session session) {
        Command program = CommandTree.of(session);
        try {
            Call call = Call.find(program, flags.words());
            session.out().print(Help.of(call, session));
        } catch (CommandFailed e) {
            session.err().println("Unknown help topic [`" + String.join("` `", flags.words()) + "`]");
            session.err().print(Help.of(new Call(List.of(program), List.of()), session));
        }
        return 0;
    }
}
