package dev.sluice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class MetricsEndpointTest {
    private final Metrics metrics = new Metrics("1.2.3");
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private int port;

    @BeforeEach
    void listen() throws Exception {
        MetricsEndpoint endpoint = new MetricsEndpoint(metrics);
        Channel server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(1024), endpoint);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        port = ((InetSocketAddress) server.localAddress()).getPort();
    }

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        metrics.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metrics", "/", "/any/thing?x=1"})
    void everyPathHasTheMetrics(String path) throws Exception {
        HttpResponse<String> response = get(path, "*/*");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(response.body()).contains("sluice_build_info{version=\"1.2.3\"} 1");
    }

    @Test
    void openMetricsIsSpokenWhenAskedFor() throws Exception {
        HttpResponse<String> response = get("/metrics", "application/openmetrics-text;version=1.0.0;q=0.6,*/*;q=0.1");

        assertThat(response.headers().firstValue("Content-Type"))
                .contains("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(response.body()).endsWith("# EOF\n");
    }

    @Test
    void aPipeliningConnectionGetsAllItsAnswersInOrder() throws Exception {
        String text = exchange("""
                GET /a HTTP/1.1
                Host: x

                HEAD /b HTTP/1.1
                Host: x

                GET /c HTTP/1.1
                Host: x
                Connection: close

                """.replace("\n", "\r\n"));

        assertThat(text.split("HTTP/1.1 200 OK", -1)).hasSize(4);
        assertThat(text.split("# TYPE sluice_build_info gauge", -1)).hasSize(3);
        assertThat(text).contains("connection: keep-alive").contains("connection: close");
    }

    @Test
    void nonsenseIsRefused() throws Exception {
        assertThat(exchange("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 Bad Request");
    }

    private HttpResponse<String> get(String path, String accept) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .header("Accept", accept)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private String exchange(String request) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            try (InputStream in = socket.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }
}
