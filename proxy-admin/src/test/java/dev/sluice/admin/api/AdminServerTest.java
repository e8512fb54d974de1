package dev.sluice.admin.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.admin.api.ApiClient.Response;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class AdminServerTest {

    @SuppressWarnings("NullAway.Init")
    private ApiFixture api;

    @BeforeEach
    void start() throws Exception {
        api = new ApiFixture();
    }

    @AfterEach
    void stop() throws Exception {
        api.close();
    }

    private AdminServer another(Path path) {
        return new AdminServer(
                api.loops, NioServerDomainSocketChannel.class, UnixDomainSocketAddress::of, path, api.routes);
    }

    @Test
    void onlyTheOwnerMayOpenTheSocket() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(api.socket)))
                .isEqualTo("rw-------");
        assertThat(api.files()).as("nothing else is left").containsExactly("admin.sock");
    }

    @Test
    void aSocketLeftByACrashIsReplaced() throws Exception {
        Path path = api.directory.resolve("stale.sock");
        try (ServerSocketChannel crashed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            crashed.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(path).exists();
        AdminServer server = another(path);

        server.start();

        try (ApiClient client = new ApiClient(path)) {
            assertThat(client.call("GET", "/v1/services", "").status()).isEqualTo(200);
        }
        server.stop();
        assertThat(path).doesNotExist();
    }

    @Test
    void aFileThatIsNoSocketIsLeftAlone() throws Exception {
        Path path = Files.writeString(api.directory.resolve("notes.txt"), "precious");

        assertThatThrownBy(another(path)::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on " + path)
                .hasMessageContaining("is not a socket");
        assertThat(path).hasContent("precious");
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() {
        Path path = api.directory.resolve("none/admin.sock");

        assertThatThrownBy(another(path)::start)
                .hasMessage("cannot listen on " + path + ": its directory does not exist");
    }

    @Test
    void aPathThatIsTooLongForASocketIsRefused() throws Exception {
        Path path = api.directory.resolve("x".repeat(120)).resolve("a.sock");
        Files.createDirectory(path.getParent());

        assertThatThrownBy(another(path)::start).hasMessageContaining("cannot listen on ");

        Files.delete(path.getParent());
    }

    @Test
    void stoppingLeavesTheSocketOfASuccessorInPlace() throws Exception {
        AdminServer successor = another(api.socket);
        successor.start();

        api.server.stop();

        assertThat(api.get("/v1/services").status()).isEqualTo(200);
        successor.stop();
        assertThat(api.socket).doesNotExist();
    }

    @Test
    void stoppingEndsIdleConnectionsNowAndOthersAfterTheirAnswer() throws Exception {
        CountDownLatch slow = api.probe.hold("web");
        try (ApiClient idle = api.connect();
                ApiClient busy = api.connect()) {
            idle.call("GET", "/v1/services", "");
            busy.request("POST", "/v1/services/web/deploys", "{\"targets\":[\"web\"]}");
            await().until(() -> api.probe.probes() > 0);

            api.server.stop();

            assertThat(idle.ended()).isTrue();
            assertThat(api.socket).doesNotExist();
            assertThatThrownBy(api::connect).isInstanceOf(IOException.class);
            slow.countDown();
            assertThat(busy.response().status()).isEqualTo(200);
            assertThat(busy.ended()).isTrue();
        }
    }

    @Test
    void aConnectionTakesOneRequestAfterAnother() throws Exception {
        CountDownLatch slow = api.probe.hold("web");
        try (ApiClient client = api.connect()) {
            client.request("POST", "/v1/services/web/deploys", "{\"targets\":[\"web\"]}");
            client.request("GET", "/v1/services/web", "");
            client.request("DELETE", "/v1/services/web", "");
            client.request("GET", "/v1/services/web", "");
            await().until(() -> api.probe.probes() > 0);
            slow.countDown();

            assertThat(client.response().status()).isEqualTo(200);
            assertThat(client.response().json().path("name").asText()).isEqualTo("web");
            assertThat(client.head().status()).isEqualTo(204);
            assertThat(client.response().status()).isEqualTo(404);
        }
    }

    @Test
    void aClientThatHasSentAllStillGetsItsAnswer() throws Exception {
        CountDownLatch slow = api.probe.hold("web");
        try (ApiClient client = api.connect()) {
            client.request("POST", "/v1/services/web/deploys", "{\"targets\":[\"web\"]}");
            client.endOutput();
            await().until(() -> api.probe.probes() > 0);
            slow.countDown();

            assertThat(client.response().status()).isEqualTo(200);
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void aClientThatHasSentAllGetsAllItsAnswers() throws Exception {
        CountDownLatch slow = api.probe.hold("web");
        try (ApiClient client = api.connect()) {
            client.request("POST", "/v1/services/web/deploys", "{\"targets\":[\"web\"]}");
            client.request("GET", "/v1/services/web", "");
            client.request("GET", "/v1/services", "");
            client.endOutput();
            await().until(() -> api.probe.probes() > 0);
            slow.countDown();

            assertThat(client.response().status()).isEqualTo(200);
            assertThat(client.response().json().path("name").asText()).isEqualTo("web");
            assertThat(client.response().json().path("services")).hasSize(1);
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void aBodyInPiecesIsPutTogether() throws Exception {
        try (ApiClient client = api.connect()) {
            client.send("POST /v1/services/web/deploys HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("b\r\n{\"targets\":\r\n");
            client.send("8\r\n[\"web\"]}\r\n0\r\n\r\n");

            assertThat(client.response().status()).isEqualTo(200);
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        String tooLarge = "{\"targets\":[\"" + "x".repeat(1 << 20) + "\"]}";
        try (ApiClient client = api.connect()) {
            client.send("POST /v1/services/web/deploys HTTP/1.1\r\nContent-Length: " + tooLarge.length() + "\r\n\r\n");

            assertTooLarge(client);
        }
        try (ApiClient client = api.connect()) {
            client.send("POST /v1/services/web/deploys HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: "
                    + tooLarge.length() + "\r\n\r\n");

            assertTooLarge(client);
        }
        try (ApiClient client = api.connect()) {
            client.send("POST /v1/services/web/deploys HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + Integer.toHexString(tooLarge.length()) + "\r\n");
            ApiFixture.beside(() -> {
                client.send(tooLarge);
                return true;
            });

            assertTooLarge(client);
        }
    }

    private static void assertTooLarge(ApiClient client) throws IOException {
        Response response = client.response();
        assertThat(response.status()).isEqualTo(413);
        assertThat(response.slug()).isEqualTo("body-too-large");
        assertThat(response.detail()).contains("1048576");
        assertThat(response.head().header("connection")).isEqualTo("close");
    }

    @Test
    void aBodyThatJustFitsIsTaken() throws Exception {
        String head = "{\"targets\":[\"web\"],\"health_check_path\":\"/";
        String body = head + "x".repeat((1 << 20) - head.length() - 2) + "\"}";

        assertThat(body).hasSize(1 << 20);
        assertThat(api.deploy("web", body).status()).isEqualTo(200);
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOn() throws Exception {
        try (ApiClient client = api.connect()) {
            client.send("POST /v1/services/web/deploys HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 19\r\n\r\n");
            assertThat(client.head().status()).isEqualTo(100);
            client.send("{\"targets\":[\"web\"]}");

            assertThat(client.response().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET /v1/services\r\n\r\n",
                "GET /v1/services HTTP/2.0\r\n\r\n",
                "GET /v1/services HTTP/1.1\r\nno colon\r\n\r\n",
                "GET /v1/services HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                "POST /v1/services HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "POST /v1/services HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            })
    void whatIsNotHttpIsRefusedAndTheConnectionEnds(String raw) throws Exception {
        try (ApiClient client = api.connect()) {
            client.send(raw);

            Response response = client.response();
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.slug()).isEqualTo("bad-request");
            assertThat(client.ended()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /%s HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nX: %s\r\n\r\n"})
    void aHeadThatIsTooLargeIsRefused(String raw) throws Exception {
        try (ApiClient client = api.connect()) {
            client.send(raw.formatted("x".repeat(20_000)));

            assertThat(client.response().status()).isEqualTo(400);
        }
    }

    @Test
    void bytesThatAreNotTextAreRefused() throws Exception {
        try (ApiClient client = api.connect()) {
            client.send("GET /v1/services/\u00ff HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));

            assertThat(client.response().status()).isEqualTo(400);
        }
    }

    @Test
    void anOlderClientGetsItsAnswerWithoutChunks() throws Exception {
        try (ApiClient client = api.connect()) {
            client.send("POST /v1/services/web/deploys HTTP/1.0\r\nConnection: keep-alive\r\n" + ApiFixture.LINES
                    + "\r\nContent-Length: 19\r\n\r\n{\"targets\":[\"web\"]}");

            Response response = client.response();
            assertThat(response.head().header("transfer-encoding")).isEmpty();
            assertThat(response.text().lines()).hasSize(3);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HEAD|/v1/services|GET",
                "OPTIONS|/v1/services/web|GET, DELETE",
                "POST|/v1/services/web/rollout|PUT, DELETE",
                "GET|/v1/services/web/deploys|POST",
                "PATCH|/v1/status|GET",
            })
    void aMethodThatDoesNotApplyIsRefusedWithThoseThatDo(String method, String path, String allowed) throws Exception {
        Response response = api.call(method, path, "");

        assertThat(response.status()).isEqualTo(405);
        assertThat(response.head().header("allow")).isEqualTo(allowed);
        if (!method.equals("HEAD")) {
            assertThat(response.slug()).isEqualTo("method-not-allowed");
            assertThat(response.detail()).isEqualTo(path + " takes " + allowed + ", not " + method);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1", "/v2/services", "/v1/services/", "/v1/services/web/", "/v1/services//pause"})
    void aPathThatDoesNotExistIsNotFound(String path) throws Exception {
        Response response = api.get(path);

        assertThat(response.status()).isEqualTo(404);
        assertThat(response.slug()).isEqualTo("not-found");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/services?state=running,unknown parameter state",
        "/v1/services/%zz,not percent-encoded",
        "/v1/services/%ff,not percent-encoded",
        "http://localhost/v1/services,must be a path",
        "*,must be a path"
    })
    void aTargetThatIsNotUnderstoodIsRefused(String target, String why) throws Exception {
        Response response = api.get(target);

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.slug()).isEqualTo("bad-request");
        assertThat(response.detail()).contains(why);
    }

    @Test
    void aBodyOfAnotherTypeIsRefused() throws Exception {
        for (String type : List.of("application/x-www-form-urlencoded", "text/plain", "application/jsonp")) {
            Response response =
                    api.call("POST", "/v1/services/web/deploys", "{\"targets\":[\"web\"]}", "Content-Type: " + type);

            assertThat(response.status()).isEqualTo(415);
            assertThat(response.slug()).isEqualTo("unsupported-media-type");
            assertThat(response.detail()).contains("application/json").contains(type);
        }
        assertThat(api.call(
                                "POST",
                                "/v1/services/web/deploys",
                                "{\"targets\":[\"web\"]}",
                                "Content-Type: Application/JSON; charset=utf-8")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void whatNobodyExpectedIsToldWithoutDetails() throws Exception {
        api.unexpected = new IllegalStateException("secret");

        Response response = api.get("/v1/status");

        assertThat(response.status()).isEqualTo(500);
        assertThat(response.slug()).isEqualTo("internal");
        assertThat(response.text()).doesNotContain("secret").doesNotContain("Exception");
        assertThat(api.get("/v1/services").status()).isEqualTo(200);
    }

    @RepeatedTest(10)
    void servesOnEpollToo() throws Exception {
        assumeTrue(Epoll.isAvailable());
        Path path = api.directory.resolve("epoll.sock");
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        AdminServer server = new AdminServer(
                loops,
                EpollServerDomainSocketChannel.class,
                at -> new DomainSocketAddress(at.toFile()),
                path,
                api.routes);
        CountDownLatch slow = api.probe.hold("web");
        try {
            server.start();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
            try (ApiClient client = new ApiClient(path)) {
                assertThat(client.call("GET", "/v1/services", "").status()).isEqualTo(200);
                client.request("POST", "/v1/services/web/deploys", "{\"targets\":[\"web\"]}", ApiFixture.LINES);
                client.request("GET", "/v1/services", "");
                client.endOutput();
                await().until(() -> api.probe.probes() > 0);
                slow.countDown();
                assertThat(client.response().text()).contains("\"event\":\"deployed\"");
                assertThat(client.response().json().path("services")).hasSize(1);
                assertThat(client.ended()).isTrue();
            }
        } finally {
            server.stop();
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void curlCanDriveIt() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")));

        String deployed = curl(
                "-H",
                "Content-Type: application/json",
                "-H",
                ApiFixture.LINES,
                "-d",
                "{\"targets\":[\"web\"]}",
                "http://localhost/v1/services/web/deploys");

        assertThat(deployed.lines().toList().getLast()).contains("\"event\":\"deployed\"");
        assertThat(curl("http://localhost/v1/services/web")).contains("\"state\":\"running\"");
        assertThat(curl("-d", "{}", "http://localhost/v1/services/web/pause")).contains("application/json");
    }

    private String curl(String... arguments) throws Exception {
        ProcessBuilder command = new ProcessBuilder("/usr/bin/curl", "-sS", "--unix-socket", api.socket.toString());
        command.command().addAll(List.of(arguments));
        Process process = command.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
