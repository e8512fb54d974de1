package dev.sluice.admin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class AdminClientTest {
    @TempDir
    private Path directory;

    @Test
    void sendsTheBodyAsJsonAndReadsTheAnswer() throws Exception {
        try (ScriptedDaemon daemon =
                daemon(ScriptedDaemon.json("not read"), ScriptedDaemon.json("{\"name\":\"wéb\",\"n\":3}"))) {
            client().call("POST", "/v1/services/web/stop", Map.of("message", "zurück"));
            JsonObject answer = client().get("/v1/services/web");

            assertThat(answer.text("name")).isEqualTo("wéb");
            assertThat(answer.number("n")).isEqualTo(3);
            assertThat(daemon.request())
                    .startsWith("POST /v1/services/web/stop HTTP/1.1\nHost: sluice\nAccept: application/json\n")
                    .contains("Content-Type: application/json\nContent-Length: 21\n")
                    .endsWith("\n\n{\"message\":\"zurück\"}");
        }
    }

    @Test
    void acceptsAnAnswerWithoutBody() throws Exception {
        try (ScriptedDaemon daemon = daemon("HTTP/1.1 204 No Content\r\n\r\n")) {
            client().call("DELETE", "/v1/services/web", null);

            assertThat(daemon.request())
                    .startsWith("DELETE /v1/services/web HTTP/1.1\n")
                    .doesNotContain("Content-");
        }
    }

    @Test
    void skipsInterimAnswersAndReadsChunksWithExtensionsAndTrailers() throws Exception {
        String answer = """
                HTTP/1.1 102 Processing\r
                \r
                HTTP/1.1 200 OK\r
                transfer-encoding: Chunked\r
                \r
                5;x=1\r
                {"a":\r
                2\r
                1}\r
                0\r
                Trailer: x\r
                \r
                """;
        try (ScriptedDaemon _ = daemon(answer)) {
            assertThat(client().get("/").number("a")).isEqualTo(1);
        }
    }

    @Test
    void readsToTheEndOfTheConnectionWithoutALength() throws Exception {
        try (ScriptedDaemon _ = daemon("HTTP/1.1 200 OK\r\n\r\n{\"a\":1}")) {
            assertThat(client().get("/").number("a")).isEqualTo(1);
        }
    }

    @Test
    void problemsCarryTheDaemonsWords() throws Exception {
        try (ScriptedDaemon _ = daemon(ScriptedDaemon.problem(404, "service not found"))) {
            assertThatThrownBy(() -> client().get("/v1/services/x"))
                    .isInstanceOf(AdminFailure.class)
                    .hasMessage("service not found");
        }
    }

    @Test
    void eventsArePassedOnOneByOneUpToTheLast() throws Exception {
        List<String> seen = new ArrayList<>();
        try (ScriptedDaemon daemon = daemon(ScriptedDaemon.lines(
                "{\"event\":\"checked\",\"target\":\"a:1\"}",
                "{\"event\":\"deployed\",\"service\":{\"name\":\"web\"}}"))) {
            JsonObject last = client().watch("POST", "/d", Map.of(), event -> seen.add(event.text("event")));

            assertThat(seen).containsExactly("checked", "deployed");
            assertThat(last.object("service").text("name")).isEqualTo("web");
            assertThat(daemon.request()).contains("Accept: application/x-ndjson\n");
        }
    }

    @Test
    void aFailedEventIsAFailureWithTheEvidence() throws Exception {
        String failed = "{\"event\":\"failed\",\"problem\":{\"detail\":\"no luck\",\"targets\":[{\"target\":\"a:1\","
                + "\"tries\":2,\"last\":\"refused\",\"detail\":\"d\",\"hint\":\"h\"}]}}";
        try (ScriptedDaemon _ = daemon(ScriptedDaemon.lines(failed))) {
            assertThatThrownBy(() -> client().watch("POST", "/d", Map.of(), event -> {}))
                    .hasMessage("no luck")
                    .isInstanceOfSatisfying(
                            AdminFailure.class,
                            e -> assertThat(e.targets())
                                    .containsExactly(new TargetReport("a:1", 2, "refused", "d", "h")));
        }
    }

    @Test
    void aDaemonThatEndsDuringTheCallIsAnUnexpectedEof() throws Exception {
        String wholeHead = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\"";
        String chunks = ScriptedDaemon.lines("{\"event\":\"switched\"}").replace("0\r\n\r\n", "");
        for (String cut : List.of("", "HTTP/1.1 200", wholeHead, chunks)) {
            Path socket = directory.resolve("cut" + cut.length());
            try (ScriptedDaemon _ = new ScriptedDaemon(socket, cut)) {
                assertThatThrownBy(() -> new AdminClient(socket, Duration.ZERO).watch("POST", "/", Map.of(), e -> {}))
                        .as(cut)
                        .hasMessage("unexpected EOF");
            }
        }
    }

    @Test
    void anAnswerThatIsNotTheApisIsToldOf() throws Exception {
        try (ScriptedDaemon _ = daemon("SSH-2.0-OpenSSH_9.2\r\n", ScriptedDaemon.json("[1]"))) {
            assertThatThrownBy(() -> client().get("/")).hasMessageStartingWith("unexpected answer from " + socket());
            assertThatThrownBy(() -> client().get("/")).hasMessageContaining("not a JSON object");
        }
    }

    @Test
    void aMissingSocketIsNamedInGosWords() {
        assertThatThrownBy(() -> client().get("/"))
                .hasMessage("dial unix " + socket() + ": connect: no such file or directory");
    }

    @Test
    void aSocketThatNobodyServesIsRefused() throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket()));
        }
        assertThatThrownBy(() -> client().get("/"))
                .hasMessage("dial unix " + socket() + ": connect: connection refused");
    }

    @Test
    void aSocketPathThatIsTooLongIsRefusedAsGoDoes() {
        Path socket = directory.resolve("x".repeat(110));
        assertThatThrownBy(() -> new AdminClient(socket, Duration.ZERO).get("/"))
                .hasMessage("dial unix " + socket + ": connect: invalid argument");
    }

    @Test
    void aDaemonThatIsJustComingUpIsWaitedFor() throws Exception {
        CompletableFuture<JsonObject> call = CompletableFuture.supplyAsync(() -> {
            try {
                return new AdminClient(socket(), Duration.ofSeconds(15)).get("/");
            } catch (AdminFailure e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(call).isNotCompleted();
        try (ScriptedDaemon _ = daemon(ScriptedDaemon.json("{\"a\":1}"))) {
            assertThat(call.get().number("a")).isEqualTo(1);
        }
    }

    @Test
    void namesArePercentEncodedInPaths() {
        assertThat(AdminClient.segment("web-1.a_b~c")).isEqualTo("web-1.a_b~c");
        assertThat(AdminClient.segment("a b/ü?")).isEqualTo("a%20b%2F%C3%BC%3F");
    }

    private ScriptedDaemon daemon(String... answers) throws IOException {
        return new ScriptedDaemon(socket(), answers);
    }

    private Path socket() {
        return directory.resolve("s");
    }

    private AdminClient client() {
        return new AdminClient(socket(), Duration.ZERO);
    }
}
