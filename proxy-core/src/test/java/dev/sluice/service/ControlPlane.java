package dev.sluice.service;

import dev.sluice.http.ErrorPages;
import dev.sluice.observe.RequestMetrics;
import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Services and the commands that change them, with scripted health, certificates and traffic. */
final class ControlPlane implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(20);

    final ScriptedProbe probe = new ScriptedProbe();
    final RecordingTraffic traffic = new RecordingTraffic();
    final List<String> saved = new CopyOnWriteArrayList<>();
    final AtomicInteger openCertificates = new AtomicInteger();
    volatile @Nullable String certificateFault;
    volatile @Nullable String errorPageFault;
    final Services services = new Services(this::save, RequestMetrics.OFF);
    final Deployer deployer = new Deployer(services, new Opened(), probe, traffic);
    final PauseCommands pauses = new PauseCommands(services, traffic);
    final RolloutCommands rollouts = new RolloutCommands(services);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private void save(java.util.Collection<Service> all) {
        saved.add(String.join(
                " ",
                all.stream()
                        .map(s -> s.name() + s.targetAddresses() + s.stateName())
                        .toList()));
    }

    void deploy(String name, String... targets) throws ControlFailure, InterruptedException {
        deploy(name, OptionsFor.hosts(name + ".test"), targets);
    }

    void deploy(String name, OptionsFor options, String... targets) throws ControlFailure, InterruptedException {
        deploy(name, options, deployment(LONG, targets), DeployProgress.SILENT);
    }

    void deploy(String name, OptionsFor options, Deployment deployment, DeployProgress progress)
            throws ControlFailure, InterruptedException {
        deployer.deploy(name, deployment, options.make(), OptionsFor.TARGETS, progress);
    }

    static Deployment deployment(Duration timeout, String... targets) {
        return new Deployment(List.of(targets), List.of(), timeout, LONG, false);
    }

    static Deployment forced(String... targets) {
        return new Deployment(List.of(targets), List.of(), LONG, LONG, true);
    }

    /** A command on a thread of its own. */
    interface Command {
        void run() throws ControlFailure, InterruptedException;
    }

    Future<?> inBackground(Command command) {
        return threads.submit(() -> {
            command.run();
            return null;
        });
    }

    /** Addresses of the active targets, or empty for no service. */
    List<String> targets(String name) {
        Service service = services.table().find(name);
        return service == null ? List.of() : service.targetAddresses();
    }

    Service service(String name) throws ControlFailure {
        return services.get(name);
    }

    /** Counts a request in at a service that has healthy targets. */
    Target claim(String name) throws ControlFailure {
        return (Target) services.get(name).active().claim(false);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
        for (Service service : services.table().services()) {
            service.active().stopChecks();
            LoadBalancer rollout = service.rolloutTargets();
            if (rollout != null) {
                rollout.stopChecks();
            }
        }
    }

    private final class Opened implements Resources {
        @Override
        public CertificateSource certificates(ServiceOptions options) throws ControlFailure {
            String fault = certificateFault;
            if (fault != null) {
                throw new ControlFailure(ControlFailure.Kind.INVALID, fault);
            }
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
            String fault = errorPageFault;
            if (fault != null) {
                throw new ControlFailure(ControlFailure.Kind.INVALID, fault);
            }
            return ErrorPages.BUILT_IN;
        }
    }
}
