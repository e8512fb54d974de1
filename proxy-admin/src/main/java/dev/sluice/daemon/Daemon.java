package dev.sluice.daemon;

import dev.sluice.acme.AutomaticCertificates;
import dev.sluice.admin.api.AdminRoutes;
import dev.sluice.admin.api.AdminServer;
import dev.sluice.admin.api.DaemonStatus;
import dev.sluice.admin.api.dto.StatusView.ListenerView;
import dev.sluice.buffer.SpillFiles;
import dev.sluice.edge.LimitHits;
import dev.sluice.exchange.Answers;
import dev.sluice.exchange.BalancerHealth;
import dev.sluice.exchange.Finish;
import dev.sluice.exchange.OwnRequests;
import dev.sluice.exchange.Ports;
import dev.sluice.exchange.RequestPath;
import dev.sluice.exchange.Workers;
import dev.sluice.net.ConnectionPipeline;
import dev.sluice.net.Http3Listener;
import dev.sluice.net.Listener;
import dev.sluice.net.MetricsListener;
import dev.sluice.net.ServiceCertificates;
import dev.sluice.net.Transport;
import dev.sluice.observe.AccessLog;
import dev.sluice.observe.Events;
import dev.sluice.observe.LimitLog;
import dev.sluice.observe.LogWriter;
import dev.sluice.observe.Metrics;
import dev.sluice.observe.MetricsEndpoint;
import dev.sluice.observe.RequestMetrics;
import dev.sluice.service.CertificateSamples;
import dev.sluice.service.Deployer;
import dev.sluice.service.GoDuration;
import dev.sluice.service.PauseCommands;
import dev.sluice.service.RolloutCommands;
import dev.sluice.service.Services;
import dev.sluice.service.TargetSamples;
import dev.sluice.state.StateFile;
import dev.sluice.tls.FilePoll;
import dev.sluice.tls.HandshakeFailures;
import dev.sluice.tls.SniContexts;
import dev.sluice.upstream.Connector;
import dev.sluice.upstream.NameLookup;
import dev.sluice.upstream.NettyHealthProbe;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The whole system, put together: every long-lived object is made here, in the order in which it is needed. Start and
 * stop block; both are for the main thread or one of its own, once each.
 */
public final class Daemon {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration LOOP_END = Duration.ofSeconds(1);

    private final RunOptions options;
    private final HandshakeFailures handshakeFailures = new HandshakeFailures();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Transport transport;
    private final EventLoopGroup loops;
    private final EventLoopGroup controlLoop;
    private final Connector connector;
    private final RequestMetrics metrics;
    private final Workers workers;
    private final FilePoll filePoll = new FilePoll();
    private final HeapTrim heapTrim = HeapTrim.start();
    private final SniContexts contexts = new SniContexts();
    private final StateFile state;
    private final Services services;
    private final NettyHealthProbe probe;
    private final AutomaticCertificates certificates;
    private final ServiceResources resources;
    private final RequestPath path;
    private final BalancerHealth health;
    private final AdminServer admin;
    // Written once, when it is bound; null without HTTP/3.
    private volatile @Nullable Http3Listener http3;
    // Written once, when both are bound.
    private volatile Ports ports = new Ports(0, 0);

    public Daemon(RunOptions options, LogWriter log) {
        Paths paths = options.paths();
        this.options = options;
        transport = Transport.choose(options.ioUring());
        loops = transport.newGroup(Runtime.getRuntime().availableProcessors());
        controlLoop = transport.newControlGroup();
        connector = new Connector(transport.channel(), new NameLookup(), CONNECT_TIMEOUT);
        metrics = options.metricsPort() == 0 ? RequestMetrics.OFF : new Metrics(Version.text());
        workers = new Workers(loops, connector, metrics, options.limits(), new LimitHits(new LimitLog()));
        state = new StateFile(paths.stateFile());
        services = new Services(state, metrics);
        probe = new NettyHealthProbe(loops, connector);
        certificates = new AutomaticCertificates(options.acme(), paths.certificates(), filePoll);
        SpillFiles spillFiles =
                new SpillFiles(temporaryDirectory(), options.limits().spill());
        health = new BalancerHealth(options.front().balancerPath());
        path = new RequestPath(
                services,
                spillFiles,
                new Answers(() -> ports, certificates.challenges(), health),
                new Finish(new AccessLog(log), metrics),
                options.front().trustedProxies());
        resources = new ServiceResources(filePoll, certificates, new OwnRequests(path, workers));
        admin = new AdminServer(
                controlLoop,
                transport.unixServerChannel(),
                transport.unixAddress(),
                paths.socket(),
                new AdminRoutes(
                        services,
                        new Deployer(services, resources, probe, workers),
                        new PauseCommands(services, workers),
                        new RolloutCommands(services),
                        new DaemonStatus(Version.text(), Instant.now(), this::listening)));
        if (metrics instanceof Metrics shown) {
            shown.logLinesDropped(log::dropped);
            shown.tlsHandshakeFailures(handshakeFailures.total());
            shown.limits(workers.limitHits());
            shown.spilledBytes(spillFiles::used);
            shown.clientConnections(workers::clientConnections);
            shown.targets(() -> TargetSamples.of(services.table()));
            shown.certificates(() -> CertificateSamples.states(services.table()));
            shown.servedCertificates(() -> CertificateSamples.served(services.table()));
        }
    }

    /**
     * Restores the services and opens the ports, the control socket last.
     *
     * @throws IOException when a port or the socket cannot be opened; the message says which
     */
    public void start() throws IOException {
        services.restore(state.load(probe, resources));
        if (metrics instanceof Metrics shown) {
            listen(Listener.bind(
                    "metrics",
                    options.metricsPort(),
                    transport,
                    loops,
                    MetricsListener.pipeline(new MetricsEndpoint(shown))));
            Events.info("Metrics enabled", "address", ":" + options.metricsPort());
        } else {
            Events.debug("Metrics server disabled");
        }
        ConnectionPipeline pipeline = new ConnectionPipeline(
                path,
                workers,
                new ServiceCertificates(services, certificates.challenges()),
                contexts,
                handshakeFailures,
                options.front().proxyProtocol());
        Listener http =
                listen(Listener.bind("http", options.httpPort(), transport, loops, pipeline.plain(options.httpPort())));
        Listener https = listen(
                Listener.bind("https", options.httpsPort(), transport, loops, pipeline.tls(options.httpsPort())));
        ports = new Ports(http.port(), https.port());
        if (options.http3()) {
            serveHttp3(pipeline, https.port());
        }
        certificates.start();
        admin.start();
        Events.info("Server started", "http", http.port(), "https", https.port());
    }

    private void serveHttp3(ConnectionPipeline pipeline, int port) throws IOException {
        Http3Listener.check();
        http3 = Http3Listener.bind(port, transport, loops, pipeline.http3(options.httpsPort()));
        pipeline.advertiseHttp3(port);
        Events.info("HTTP/3 enabled", "address", http3.address());
    }

    private static Path temporaryDirectory() {
        String named = System.getenv("TMPDIR");
        return Path.of(named == null || named.isEmpty() ? "/tmp" : named);
    }

    /** The port that plain HTTP is served on. */
    public int httpPort() {
        return ports.http();
    }

    /** The port that HTTPS is served on. */
    int httpsPort() {
        return ports.https();
    }

    private Listener listen(Listener listener) {
        listeners.add(listener);
        return listener;
    }

    private List<ListenerView> listening() {
        Stream<ListenerView> tcp = listeners.stream().map(l -> new ListenerView(l.name(), l.address()));
        Http3Listener udp = http3;
        return udp == null
                ? tcp.toList()
                : Stream.concat(tcp, Stream.of(new ListenerView(udp.name(), udp.address())))
                        .toList();
    }

    /**
     * Tells load balancers, serves on until they have noticed, lets the requests under way finish, for a while, and
     * closes everything.
     */
    public void stop() throws InterruptedException {
        health.end();
        Duration delay = options.front().shutdownDelay();
        if (delay.isPositive()) {
            Events.info("Serving on before the end", "delay", GoDuration.format(delay));
            Thread.sleep(delay);
        }
        admin.stop();
        certificates.close();
        listeners.forEach(Listener::close);
        if (!workers.drain(options.front().shutdownTimeout())) {
            Events.warn("Closing active connections");
        }
        workers.abortAll();
        Http3Listener udp = http3;
        if (udp != null) {
            // Not before: all its connections go through this one socket.
            udp.close();
        }
        loops.shutdownGracefully(0, LOOP_END.toMillis(), TimeUnit.MILLISECONDS).await();
        contexts.close();
        filePoll.close();
        heapTrim.close();
        Events.info("Server stopped");
    }
}
