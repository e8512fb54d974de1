package dev.sluice.cli;

import java.util.List;
import picocli.CommandLine.Model.OptionSpec;

/** Flags that belong together, under one title in the help. */
record FlagGroup(String title, List<OptionSpec> flags) {

    /** The flags of a command that has too few for more than one group. */
    static List<FlagGroup> of(OptionSpec... flags) {
        return List.of(new FlagGroup("Flags", List.of(flags)));
    }
}
