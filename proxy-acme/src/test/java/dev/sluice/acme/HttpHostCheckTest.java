package dev.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpHostCheckTest {
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile String body = "";
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            byte[] bytes = body.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private HostCheck.Verdict ask(String path) throws Exception {
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + path;
        return new HttpHostCheck(url).check("app.test").toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void theHostIsAParameterAmongTheOthers() throws Exception {
        assertThat(ask("/allow?token=abc").allows()).isTrue();
        assertThat(requests).containsExactly("GET /allow?host=app.test&token=abc");
    }

    @Test
    void theFirst256BytesOfTheBodyAreKept() throws Exception {
        status = 403;
        body = "x".repeat(100_000);
        assertThat(ask("/")).isEqualTo(new HostCheck.Verdict(403, "x".repeat(256)));
        body = "no";
        assertThat(ask("/")).isEqualTo(new HostCheck.Verdict(403, "no"));
    }

    @Test
    void redirectsAreNotFollowed() throws Exception {
        status = 302;
        assertThat(ask("/").allows()).isFalse();
        assertThat(requests).hasSize(1);
    }

    @Test
    void anApplicationThatIsSilentIsWaitedForTwoSeconds() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            HttpHostCheck check = new HttpHostCheck("http://127.0.0.1:" + silent.getLocalPort() + "/");
            assertThatThrownBy(
                            () -> check.check("app.test").toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " -> ",
            value = {
                "/allow -> /allow?host=a.test",
                "/allow? -> /allow?host=a.test",
                "/allow?z=1&b=2&b=1 -> /allow?b=2&b=1&host=a.test&z=1",
                "/allow?host=other&x -> /allow?host=a.test&x=",
                "/allow?q=a+b%20c&r=%2a~ -> /allow?host=a.test&q=a+b+c&r=%2A~",
                "/allow?bad=%zz&s=1;2&ok=1 -> /allow?host=a.test&ok=1",
                "https://x.test:8443/p?a#f -> https://x.test:8443/p?a=&host=a.test",
            })
    void parametersAreEncodedAnewAndSorted(String url, String expected) {
        assertThat(CheckUrl.withHost(url, "a.test")).isEqualTo(expected);
    }
}
