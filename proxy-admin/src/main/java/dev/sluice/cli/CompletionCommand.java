package dev.sluice.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code completion bash|zsh|fish|powershell}: prints the script that completes commands and flags in that shell. */
record CompletionCommand(String name) implements Command {

    @Override
    public String summary() {
        return "Print the completion script for " + name;
    }

    @Override
    public Words words() {
        return Words.NONE;
    }

    @Override
    public int run(Flags flags, Session session) throws CommandFailed {
        CommandGroup program = CommandTree.of(session);
        session.out()
                .print(
                        switch (name) {
                            // The script for bash serves zsh as well: it loads bashcompinit there.
                            case "bash", "zsh" ->
                                AutoComplete.bash(program.name(), new CommandLine(tree(program, session)));
                            case "fish" -> FishCompletion.of(program, session);
                            default ->
                                throw new CommandFailed(
                                        "completion for " + name + " is not supported; use bash, zsh or fish");
                        });
        return 0;
    }

    private static CommandSpec tree(Command command, Session session) {
        CommandSpec spec = CommandSpec.create().name(command.name());
        for (OptionSpec flag : PflagArguments.flags(command, session)) {
            OptionSpec.Builder plain = OptionSpec.builder(flag);
            // Otherwise the script would wait for a value after a bool flag.
            spec.addOption(
                    FlagSpecs.takesValue(flag)
                            ? plain.build()
                            : plain.arity("0").build());
        }
        for (Command child : command.children()) {
            if (!child.hidden()) {
                CommandLine line = new CommandLine(tree(child, session));
                spec.addSubcommand(child.name(), line);
                line.getCommandSpec().aliases(child.aliases().toArray(String[]::new));
            }
        }
        return spec;
    }
}
