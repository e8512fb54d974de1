package dev.sluice.cli;

import java.util.ArrayList;
import java.util.List;

/** All commands of the program, in the order in which the help lists them. */
final class CommandTree {
    private CommandTree() {}

    static CommandGroup of(Session session) {
        List<Command> commands = new ArrayList<>(List.of(
                new DeployCommand(),
                new ListCommand(),
                new PauseCommand(),
                new RemoveCommand(),
                new ResumeCommand(),
                new CommandGroup(
                        "rollout",
                        "Send part of the traffic to other targets",
                        false,
                        List.of(new RolloutDeployCommand(), new RolloutSetCommand(), new RolloutStopCommand()),
                        List.of()),
                new RunCommand(),
                new StopCommand()));
        if (session.sluice()) {
            commands.add(new ShowCommand());
            commands.add(new DemoCommand());
        }
        commands.add(new HelpCommand());
        commands.add(new CommandGroup(
                "completion",
                "Print the completion script for a shell",
                true,
                List.of(
                        new CompletionCommand("bash"),
                        new CompletionCommand("zsh"),
                        new CompletionCommand("fish"),
                        new CompletionCommand("powershell")),
                List.of()));
        List<FlagGroup> flags =
                session.sluice() ? FlagGroup.of(FlagSpecs.bool("version", false, "Print the version")) : List.of();
        return new CommandGroup(
                session.program().toString(), "HTTP proxy for zero-downtime deployments", false, commands, flags);
    }
}
