package dev.sluice.admin.api;

import dev.sluice.admin.api.ApiClient.Response;
import dev.sluice.admin.api.dto.StatusView.ListenerView;
import dev.sluice.http.ErrorPages;
import dev.sluice.observe.RequestMetrics;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.Deployer;
import dev.sluice.service.PauseCommands;
import dev.sluice.service.Resources;
import dev.sluice.service.RolloutCommands;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.Services;
import dev.sluice.service.StateStore;
import dev.sluice.service.Traffic;
import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateSource;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A served admin API over a real socket and the real domain, with scripted health and nothing behind it. */
final class ApiFixture implements AutoCloseable {
    static final String LINES = "Accept: application/x-ndjson";

    final Path directory;
    final Path socket;
    final ScriptedProbe probe = new ScriptedProbe();
    final Services services = new Services(StateStore.NONE, RequestMetrics.OFF);
    final AdminRoutes routes;
    /** Certificate sources that were opened and not closed. */
    final AtomicInteger openCertificates = new AtomicInteger();

    final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    final AdminServer server;
    /** Thrown by the listeners' supplier, when set. */
    volatile @Nullable RuntimeException unexpected;

    ApiFixture() throws IOException {
        directory = Files.createTempDirectory("sluice");
        socket = directory.resolve("admin.sock");
        routes = new AdminRoutes(
                services,
                new Deployer(services, new NoFiles(), probe, Traffic.NONE),
                new PauseCommands(services, Traffic.NONE),
                new RolloutCommands(services),
                new DaemonStatus("9.8.7", Instant.now(), this::listeners));
        server =
                new AdminServer(loops, NioServerDomainSocketChannel.class, UnixDomainSocketAddress::of, socket, routes);
        server.start();
    }

    private List<ListenerView> listeners() {
        RuntimeException failure = unexpected;
        if (failure != null) {
            throw failure;
        }
        return List.of(new ListenerView("http", "0.0.0.0:80"));
    }

    /** Nothing is read: error pages are the built-in ones, certificates none. */
    private final class NoFiles implements Resources {
        @Override
        public CertificateSource certificates(ServiceOptions options) {
            openCertificates.incrementAndGet();
            return new CertificateSource() {
                @Override
                public @Nullable Certificate find(String serverName) {
                    return null;
                }

                @Override
                public void close() {
                    openCertificates.decrementAndGet();
                }
            };
        }

        @Override
        public ErrorPages errorPages(ServiceOptions options) throws ControlFailure {
            if (!options.errorPagePath().isEmpty()) {
                throw new ControlFailure(ControlFailure.Kind.INVALID, "unable to load error pages");
            }
            return ErrorPages.BUILT_IN;
        }
    }

    ApiClient connect() throws IOException {
        return new ApiClient(socket);
    }

    /** One request on a connection of its own. */
    Response call(String method, String target, String body, String... headers) throws IOException {
        try (ApiClient client = connect()) {
            return client.call(method, target, body, headers);
        }
    }

    Response get(String target) throws IOException {
        return call("GET", target, "");
    }

    Response post(String target, String body) throws IOException {
        return call("POST", target, body, "Content-Type: application/json");
    }

    Response deploy(String service, String body) throws IOException {
        return post("/v1/services/" + service + "/deploys", body);
    }

    /** Does something beside the test. */
    static <T> CompletableFuture<T> beside(Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(work.call());
            } catch (Exception e) {
                result.completeExceptionally(new CompletionException(e));
            }
        });
        return result;
    }

    /** What is in the socket's directory. */
    List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public void close() throws IOException {
        server.stop();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        for (String file : files()) {
            Files.delete(directory.resolve(file));
        }
        Files.delete(directory);
    }
}
