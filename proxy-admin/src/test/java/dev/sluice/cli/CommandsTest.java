package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.admin.client.ScriptedDaemon;
import dev.sluice.cli.ProgramRun.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole commands against a scripted daemon: what they ask for, and what they print. */
@Timeout(20)
class CommandsTest {
    private static final String DEPLOYED =
            ScriptedDaemon.lines("{\"event\":\"switched\"}", "{\"event\":\"deployed\",\"service\":{}}");
    private static final String FAILED =
            ScriptedDaemon.lines("{\"event\":\"failed\",\"problem\":{\"detail\":\"not healthy\","
                    + "\"targets\":[{\"target\":\"a:1\",\"tries\":1,\"last\":\"unexpected status (500)\",\"detail\":\"oh\\nno\","
                    + "\"hint\":\"see its log\"},{\"target\":\"b:1\",\"tries\":2,\"last\":\"connection refused\",\"detail\":\"\","
                    + "\"hint\":\"see its log\"}]}}");
    private static final String SERVICES = "{\"services\":[{\"name\":\"web\",\"hosts\":[],\"path_prefixes\":[\"/\"],"
            + "\"tls\":false,\"state\":\"broken\",\"fault\":\"no certificate\",\"targets\":[]}]}";

    @TempDir
    private Path home;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "remove a/b|DELETE /v1/services/a%2Fb|",
                "rm web|DELETE /v1/services/web|",
                "resume web|POST /v1/services/web/resume|",
                "stop web --message=x|POST /v1/services/web/stop|{\"drain_timeout\":\"30s\",\"message\":\"x\"}",
                "pause web --max-pause 90s|POST /v1/services/web/pause|{\"drain_timeout\":\"30s\",\"max_pause\":\"1m30s\"}",
                "rollout stop web|DELETE /v1/services/web/rollout|",
                "rollout set web --list=a,b|PUT /v1/services/web/rollout|{\"list\":[\"a\",\"b\"],\"percent\":0}",
            })
    void aCommandIsOneRequestAndSilentOnSuccess(String line, String request, String body) throws Exception {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home);
        try (ScriptedDaemon daemon = daemon(program, ScriptedDaemon.json("{}"))) {
            assertThat(program.run(line.split(" "))).isEqualTo(new Result(0, "", ""));

            String sent = daemon.request();
            assertThat(sent).startsWith(request + " HTTP/1.1\n");
            String content = sent.substring(sent.indexOf("\n\n") + 2);
            assertThat(sorted(content)).isEqualTo(sorted(body == null ? "" : body));
        }
    }

    @Test
    void deploySendsEveryOptionInEffect() throws Exception {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home);
        try (ScriptedDaemon daemon = daemon(program, DEPLOYED)) {
            Result result = program.run(
                    "deploy",
                    "--target",
                    "a:1",
                    "web",
                    "--target=b:1,c:1",
                    "--host",
                    "",
                    "--host=x.test",
                    "--error-pages=pages",
                    "--target-timeout=1.5s",
                    "--strip-path-prefix=F",
                    "--buffer-memory=0x10");

            assertThat(result).isEqualTo(new Result(0, "", ""));
            String request = daemon.request();
            assertThat(request).startsWith("POST /v1/services/web/deploys HTTP/1.1\n");
            assertThat(request.substring(request.indexOf("\n\n") + 2)).isEqualTo("""
                    {"targets":["a:1","b:1","c:1"],"read_targets":[],"deploy_timeout":"30s","drain_timeout":"30s",\
                    "hosts":["x.test"],"path_prefixes":[],"strip_path_prefix":false,"canonical_host":"",\
                    "error_pages":"pages","tls":false,"tls_redirect":true,"tls_certificate_path":"",\
                    "tls_private_key_path":"","tls_on_demand_url":"","tls_staging":false,\
                    "tls_acme_cache_path":"HOME/.config/kamal-proxy/certs","force":false,"health_check_path":"/up",\
                    "health_check_port":0,"health_check_host":"","health_check_interval":"1s",\
                    "health_check_timeout":"5s","target_timeout":"1.5s","writer_affinity_timeout":"1s",\
                    "read_target_websockets":false,"forward_headers":true,"client_ip_header":"",\
                    "scope_cookie_paths":false,"buffer_requests":false,"buffer_responses":false,"buffer_memory":16,\
                    "max_request_body":0,"max_response_body":0,"log_request_headers":[],"log_response_headers":[],\
                    "exclude_metrics_paths":[]}""".replace("HOME", home.toString()));
        }
    }

    @Test
    void asSluiceADeploySendsWhatKamalProxyHasNotBesides() throws Exception {
        ProgramRun program = new ProgramRun(Program.SLUICE, home);
        try (ScriptedDaemon daemon = daemon(program, DEPLOYED)) {
            program.run(("deploy web --target=a:1 --retry-for=0 --max-body 7 --target-proxy-protocol v1"
                            + " --balancer-path=/lb --health-check-rise=2")
                    .split(" "));

            assertThat(daemon.request())
                    .contains("\"health_check_rise\":2,\"health_check_fall\":1,")
                    .endsWith(",\"retry_for\":\"0s\",\"websocket_drain\":\"2s\",\"max_body\":7,"
                            + "\"target_proxy_protocol\":\"v1\",\"balancer_path\":\"/lb\"}");
        }
        assertThat(new ProgramRun(Program.KAMAL_PROXY, home)
                        .run("deploy", "web", "--target=a:1", "--retry-for=1s")
                        .err())
                .isEqualTo("Error: unknown flag: --retry-for\n");
    }

    @ParameterizedTest
    @CsvSource({"--tls=false, true", "--tls, false", "--tls --forward-headers, true", "--forward-headers=0, false"})
    void forwardHeadersFollowTlsUnlessGiven(String flags, boolean expected) throws Exception {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home);
        try (ScriptedDaemon daemon = daemon(program, DEPLOYED)) {
            program.run(("deploy web --target=ab:1 --host=a.test " + flags).split(" "));

            assertThat(daemon.request()).contains("\"forward_headers\":" + expected);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a=b",
                "-x",
                "--drain-timeout=1s",
                "@/etc/hostname",
                "${sys:user.name}",
                "\"quoted\"",
                "'q'",
                "a,b",
                "a\nb",
                "%s \\ \\n",
                "ünï"
            })
    void aValueIsSentAsItWasTyped(String message) throws Exception {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home);
        try (ScriptedDaemon daemon = daemon(program, ScriptedDaemon.json("{}"), ScriptedDaemon.json("{}"))) {
            assertThat(program.run("stop", "web", "--message", message).err()).isEmpty();
            assertThat(program.run("stop", "web", "--message=" + message).err()).isEmpty();

            String json = message.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
            assertThat(daemon.request()).contains("\"message\":\"" + json + "\"");
            assertThat(daemon.request()).contains("\"message\":\"" + json + "\"");
        }
    }

    @Test
    void ofAFlagGivenTwiceTheLastCounts() throws Exception {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home);
        try (ScriptedDaemon daemon = daemon(program, DEPLOYED)) {
            program.run(
                    "deploy", "web", "--target=ab:1", "--force", "--force=false", "--error-pages=a", "--error-pages=b");

            assertThat(daemon.request()).contains("\"force\":false", "\"error_pages\":\"b\"");
        }
    }

    @Test
    void rolloutDeploySendsTargetsAndTimeoutsOnly() throws Exception {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home);
        try (ScriptedDaemon daemon = daemon(program, DEPLOYED)) {
            assertThat(program.run("rollout", "deploy", "web", "--target=ab:1").code())
                    .isZero();
            assertThat(daemon.request())
                    .startsWith("POST /v1/services/web/rollout/deploys HTTP/1.1\n")
                    .endsWith("{\"targets\":[\"ab:1\"],\"read_targets\":[],\"deploy_timeout\":\"30s\","
                            + "\"drain_timeout\":\"30s\"}");
        }
    }

    @Test
    void asKamalProxyAFailedDeployIsOneLine() throws Exception {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home).atTerminal();
        try (ScriptedDaemon _ = daemon(program, FAILED)) {
            assertThat(program.run("deploy", "web", "--target=ab:1"))
                    .isEqualTo(new Result(1, "", "Error: not healthy\n"));
        }
    }

    @Test
    void asSluiceAFailedDeployShowsTheEvidence() throws Exception {
        ProgramRun program = new ProgramRun(Program.SLUICE, home);
        try (ScriptedDaemon _ = daemon(program, FAILED)) {
            assertThat(program.run("deploy", "web", "--target=ab:1").err()).isEqualTo("""
                    Error: not healthy
                      a:1: unexpected status (500), 1 try: oh no
                      b:1: connection refused, 2 tries
                      Hint: see its log
                    """);
        }
    }

    @Test
    void asSluiceAtATerminalADeployShowsItsProgress() throws Exception {
        ProgramRun program = new ProgramRun(Program.SLUICE, home).atTerminal();
        try (ScriptedDaemon _ = daemon(program, DEPLOYED)) {
            Result result = program.run("deploy", "web", "--target=ab:1");

            assertThat(result.out()).isEmpty();
            assertThat(result.err()).contains("switched to the new targets").endsWith("\r\033[KDeployed web in 0 s\n");
        }
    }

    @Test
    void aProblemBeforeTheWorkBeginsIsAnErrorToo() throws Exception {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home);
        try (ScriptedDaemon _ = daemon(program, ScriptedDaemon.problem(400, "a b :invalid host pattern"))) {
            assertThat(program.run("deploy", "web", "--target=a b"))
                    .isEqualTo(new Result(1, "", "Error: a b :invalid host pattern\n"));
        }
    }

    @Test
    void asKamalProxyListIsColouredEvenInAPipe() throws Exception {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home).with("NO_COLOR", "1");
        try (ScriptedDaemon _ = daemon(program, ScriptedDaemon.json(SERVICES))) {
            assertThat(program.run("ls").out()).contains("\033[1;34mweb\033[0m").doesNotContain("no certificate");
        }
    }

    @Test
    void asSluiceListIsPlainInAPipeAndTellsWhatIsBroken() throws Exception {
        ProgramRun program = new ProgramRun(Program.SLUICE, home);
        try (ScriptedDaemon _ = daemon(program, ScriptedDaemon.json(SERVICES))) {
            assertThat(program.run("list").out()).isEqualTo("""
                    Service  Host  Path  Target  State   TLS
                    web      *     /             broken  no
                    web is broken: no certificate
                    """);
        }
    }

    @Test
    void asSluiceListTellsWhichTargetsAreUnhealthyAndWhy() throws Exception {
        String services = """
                {"services":[{"name":"web","state":"running","targets":[
                {"address":"web-1:80","role":"writer","state":"unhealthy","error":"connection refused","in_flight":0},
                {"address":"web-2:80","role":"writer","state":"healthy","error":"","in_flight":0}]}]}""";
        ProgramRun program = new ProgramRun(Program.SLUICE, home);
        try (ScriptedDaemon _ = daemon(program, ScriptedDaemon.json(services))) {
            assertThat(program.run("list").out()).endsWith("\nweb: web-1:80 is unhealthy: connection refused\n");
        }
    }

    @Test
    void asSluiceListHasColoursAtATerminalThatWantsThem() throws Exception {
        ProgramRun program = new ProgramRun(Program.SLUICE, home).atTerminal();
        try (ScriptedDaemon _ = daemon(program, ScriptedDaemon.json(SERVICES), ScriptedDaemon.json(SERVICES))) {
            assertThat(program.run("list").out()).contains("\033[1;34mweb");
            assertThat(program.with("NO_COLOR", "1").run("list").out()).doesNotContain("\033");
        }
    }

    @Test
    void theTableNeedsNoOptions() throws Exception {
        ProgramRun program = new ProgramRun(Program.KAMAL_PROXY, home);
        try (ScriptedDaemon daemon = daemon(program, ScriptedDaemon.json(SERVICES))) {
            program.run("list");
            assertThat(daemon.request()).contains("Prefer: return=minimal\n");
        }
    }

    @Test
    void listAndShowPrintTheApisJson() throws Exception {
        ProgramRun program = new ProgramRun(Program.SLUICE, home);
        try (ScriptedDaemon daemon =
                daemon(program, ScriptedDaemon.json(SERVICES), ScriptedDaemon.json("{\"name\":\"web\"}"))) {
            assertThat(program.run("list", "--json").out())
                    .startsWith("{\n  \"services\": [\n    {\n      \"name\": \"web\",\n");
            assertThat(program.run("show", "web").out()).isEqualTo("{\n  \"name\": \"web\"\n}\n");
            assertThat(daemon.request())
                    .startsWith("GET /v1/services HTTP/1.1\n")
                    .doesNotContain("Prefer:");
            assertThat(daemon.request()).startsWith("GET /v1/services/web HTTP/1.1\n");
        }
    }

    @Test
    void anyCommandMakesTheDataDirectory() {
        new ProgramRun(Program.KAMAL_PROXY, home).run("help");

        assertThat(Files.isDirectory(home.resolve(".config/kamal-proxy"))).isTrue();
    }

    private static ScriptedDaemon daemon(ProgramRun program, String... answers) throws IOException {
        return new ScriptedDaemon(program.socket(), answers);
    }

    /** The same characters mean the same fields here, in whatever order. */
    private static String sorted(String json) {
        return json.chars()
                .sorted()
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
