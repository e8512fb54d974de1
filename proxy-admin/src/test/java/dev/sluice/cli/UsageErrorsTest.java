package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.ProgramRun.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistakes on the command line, in the order in which cobra and pflag find them, with their words. */
class UsageErrorsTest {
    @TempDir
    private Path home;

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "deploy x --nope|unknown flag: --nope",
                "deploy x --nope=1|unknown flag: --nope",
                "deploy x --targ a:1|unknown flag: --targ",
                "deploy x --h|unknown flag: --h",
                "deploy web -x|unknown shorthand flag: 'x' in -x",
                "deploy web -hx|unknown shorthand flag: 'x' in -x",
                "deploy web -target|unknown shorthand flag: 't' in -target",
                "deploy web ---target|bad flag syntax: ---target",
                "deploy web --=x|bad flag syntax: --=x",
                "--version|unknown flag: --version",
                "deploy web --target|flag needs an argument: --target",
                "rollout --nope|unknown flag: --nope",
                "list x|unknown command \"x\" for \"kamal-proxy list\"",
                "list --json|unknown flag: --json",
                "deploy --target a:1|accepts 1 arg(s), received 0",
                "deploy a b --target a:1|accepts 1 arg(s), received 2",
                "deploy a --tls true --target a:1|accepts 1 arg(s), received 2",
                "deploy -- a --tls|accepts 1 arg(s), received 2",
                "remove|accepts 1 arg(s), received 0",
                "pause a b|accepts 1 arg(s), received 2",
                "deploy web|required flag(s) \"target\" not set",
                "rollout deploy web|required flag(s) \"target\" not set",
                "rollout set web|at least one of the flags in the group [percent list] is required",
                "deploy w --target ab:1 --tls-private-key-path /x|if any flags in the group [tls-certificate-path"
                        + " tls-private-key-path] are set they must all be set; missing [tls-certificate-path]",
                "deploy w --deploy-timeout=abc|invalid argument \"abc\" for \"--deploy-timeout\" flag:"
                        + " time: invalid duration \"abc\"",
                "deploy w --drain-timeout 30|invalid argument \"30\" for \"--drain-timeout\" flag:"
                        + " time: missing unit in duration \"30\"",
                "deploy w --health-check-port=80x|invalid argument \"80x\" for \"--health-check-port\" flag:"
                        + " strconv.ParseInt: parsing \"80x\": invalid syntax",
                "deploy w --tls=yes|invalid argument \"yes\" for \"--tls\" flag:"
                        + " strconv.ParseBool: parsing \"yes\": invalid syntax",
                "deploy w --tls=|invalid argument \"\" for \"--tls\" flag:"
                        + " strconv.ParseBool: parsing \"\": invalid syntax",
                "list --help=x|invalid argument \"x\" for \"-h, --help\" flag:"
                        + " strconv.ParseBool: parsing \"x\": invalid syntax",
                "deploy w --host=a\"b|invalid argument \"a\\\"b\" for \"--host\" flag:"
                        + " parse error on line 1, column 2: bare \" in non-quoted-field",
                "deploy web --tls|service options invalid: host must be set when using TLS",
                "deploy web --tls --host=*.a.test,|service options invalid: host must be set when using TLS",
                "deploy w --target=ab:1 --max-request-body=10|max-request-body can only be set when request"
                        + " buffering is enabled",
                "deploy w --target=ab:1 --max-response-body=10|max-response-body can only be set when response"
                        + " buffering is enabled",
                "run --http-port=70000|listen tcp: address 70000: invalid port",
            })
    void aUsageErrorIsOneLineOnStandardError(String line, String message) {
        Result result = new ProgramRun(Program.KAMAL_PROXY, home).run(line.split(" "));

        assertThat(result).isEqualTo(new Result(1, "", "Error: " + message + "\n"));
    }

    @Test
    void theFirstMistakeFromTheLeftIsReported() {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home);

        assertThat(program.run("deploy", "--tls=x", "--nope").err()).contains("\"--tls\" flag");
        assertThat(program.run("deploy", "--nope", "--tls=x").err()).isEqualTo("Error: unknown flag: --nope\n");
    }

    @Test
    void checksComeInCobrasOrder() {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home);

        assertThat(program.run("deploy", "--tls", "--tls-private-key-path=x").err())
                .contains("accepts 1 arg(s)");
        assertThat(program.run("deploy", "w", "--tls", "--tls-private-key-path=x")
                        .err())
                .contains("host must be set");
        assertThat(program.run("deploy", "w", "--tls-private-key-path=x").err()).contains("required flag(s)");
    }

    @Test
    void anUnknownCommandComesWithSimilarOnes() {
        assertThat(new ProgramRun(Program.KAMAL_PROXY, home)
                        .run("Delpoy", "web")
                        .err())
                .isEqualTo("""
                        Error: unknown command "Delpoy" for "kamal-proxy"

                        Did you mean this?
                        	deploy

                        Run 'kamal-proxy --help' for usage.
                        """);
        assertThat(new ProgramRun(Program.SLUICE, home).run("frobnicate").err()).isEqualTo("""
                        Error: unknown command "frobnicate" for "sluice"
                        Run 'sluice --help' for usage.
                        """);
    }

    @Test
    void aWordBehindAnUnknownFlagIsTakenForItsValue() {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home);

        assertThat(program.run("--nope", "deploy", "web").err()).contains("unknown command \"web\"");
        assertThat(program.run("--nope", "list").err()).isEqualTo("Error: unknown flag: --nope\n");
        assertThat(program.run("--nope=x", "list").err()).isEqualTo("Error: unknown flag: --nope\n");
    }

    @Test
    void limitsAreFineWithTheBufferingFlagThereWhateverItsValue() {
        Result result = new ProgramRun(Program.KAMAL_PROXY, home)
                .run("deploy", "w", "--target=ab:1", "--buffer-requests=false", "--max-request-body=10");

        assertThat(result.err()).startsWith("Error: dial unix ");
    }
}
