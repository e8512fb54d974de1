package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ProgramRun.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionTest {
    @TempDir
    private Path home;

    @ParameterizedTest
    @EnabledIf("bashIsThere")
    @CsvSource({
        "rem, remove",
        "rollout s, set stop",
        "deploy web --tls --read-, --read-target --read-target-websockets",
        "ls --he, --help"
    })
    void bashCompletesCommandsAndFlags(String typed, String expected) throws Exception {
        Result script = new ProgramRun(Program.KAMAL_PROXY, home).run("completion", "bash");
        Path file = Files.writeString(home.resolve("completion.bash"), script.out());

        String words = "COMP_WORDS=(kamal-proxy " + typed + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))";
        String reply = bash("source " + file + "; " + words
                + "; $(complete -p kamal-proxy | sed 's/.*-F \\([^ ]*\\).*/\\1/'); echo ${COMPREPLY[@]}");

        assertThat(reply.strip().split("\\s+")).containsExactlyInAnyOrder(expected.split(" "));
    }

    @Test
    void fishGetsALineForEachCommandAndFlag() {
        assertThat(new ProgramRun(Program.SLUICE, home)
                        .run("completion", "fish")
                        .out())
                .contains(
                        "complete -c sluice -n '__fish_use_subcommand' -f -a show -d '",
                        "complete -c sluice -n '__fish_seen_subcommand_from list ls' -l json -d '",
                        "complete -c sluice -n '__fish_seen_subcommand_from rollout;"
                                + " and __fish_seen_subcommand_from set' -l percent -r -d '",
                        "target\\'s");
    }

    @Test
    void powershellIsNotSupported() {
        Result result = new ProgramRun(Program.SLUICE, home).run("completion", "powershell");

        assertThat(result)
                .isEqualTo(new Result(
                        1, "", "Error: completion for powershell is not supported; use bash, zsh or fish\n"));
    }

    static boolean bashIsThere() {
        return Files.isExecutable(Path.of("/bin/bash"));
    }

    private static String bash(String script) throws IOException, InterruptedException {
        Process bash = new ProcessBuilder("/bin/bash", "--norc", "-c", script)
                .redirectError(ProcessBuilder.Redirect.DISCARD) // compopt complains outside of a real completion
                .start();
        String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(output).isZero();
        return output;
    }
}
