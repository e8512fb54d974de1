package dev.sluice.service;

import dev.sluice.http.ErrorPages;
import dev.sluice.observe.Events;
import dev.sluice.tls.CertificateSource;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Brings a new version into traffic: validate, check the health of the new targets, switch, drain the old ones. Straight
 * blocking code on the caller's virtual thread. Deploys of different services run side by side. A second deploy of the
 * same service waits until the first has switched or failed, so that the last one asked for is the one that stands.
 */
public final class Deployer {
    private final Services services;
    private final Resources resources;
    private final HealthProbe probe;
    private final Drain drain;

    public Deployer(Services services, Resources resources, HealthProbe probe, Traffic traffic) {
        this.services = services;
        this.resources = resources;
        this.probe = probe;
        this.drain = new Drain(traffic);
    }

    /**
     * Deploys a service and returns once its old targets are drained. When it fails, nothing has changed.
     *
     * @throws DeployFailed when the new targets did not become healthy in time
     * @throws ControlFailure when the options contradict one another or clash with another service, or when a target,
     *     certificate or error page cannot be used
     */
    public void deploy(
            String name,
            Deployment deployment,
            ServiceOptions given,
            TargetOptions targetOptions,
            DeployProgress progress)
            throws ControlFailure, InterruptedException {
        given.validate();
        ServiceOptions options = given.normalised();
        LoadBalancer fresh = LoadBalancer.create(deployment.targets(), deployment.readers(), targetOptions, probe);
        LoadBalancer replaced;
        CertificateSource certificates = null;
        ReentrantLock turn = services.deployLock(name);
        turn.lockInterruptibly();
        try {
            log("Deploying", name, deployment, options);
            Service standing = services.table().find(name);
            services.requireFree(name, options);
            certificates = options.tls().enabled() ? resources.certificates(options) : null;
            ErrorPages pages = resources.errorPages(options);
            awaitHealth(fresh, deployment, progress);
            replaced = activate(name, fresh, options, targetOptions, certificates, pages, standing);
        } catch (ControlFailure | InterruptedException e) {
            fresh.retireQuietly();
            if (certificates != null) {
                certificates.close();
            }
            throw e;
        } finally {
            turn.unlock();
        }
        progress.switched();
        retire(replaced, deployment, progress);
        if (certificates != null) {
            certificates.awaitOrders();
            progress.certificates(certificates.statuses());
        }
        log("Deployed", name, deployment, options);
    }

    /**
     * Puts rollout targets beside the active ones of an existing service; {@link RolloutCommands#set} says who goes
     * there. Returns once rollout targets that these replace are drained.
     */
    public void deployRollout(String name, Deployment deployment, DeployProgress progress)
            throws ControlFailure, InterruptedException {
        LoadBalancer fresh;
        LoadBalancer replaced;
        services.get(name);
        ReentrantLock turn = services.deployLock(name);
        turn.lockInterruptibly();
        try {
            TargetOptions options = services.get(name).targetOptions();
            fresh = LoadBalancer.create(deployment.targets(), deployment.readers(), options, probe);
            Events.info("Deploying for rollout", "service", name, "targets", deployment.allTargets());
            try {
                awaitHealth(fresh, deployment, progress);
                replaced =
                        services.change(name, s -> s.withRolloutTargets(fresh)).rolloutTargets();
            } catch (ControlFailure | InterruptedException e) {
                fresh.retireQuietly();
                throw e;
            }
        } finally {
            turn.unlock();
        }
        progress.switched();
        retire(replaced, deployment, progress);
        Events.info("Deployed for rollout", "service", name, "targets", deployment.allTargets());
    }

    private static void awaitHealth(LoadBalancer fresh, Deployment deployment, DeployProgress progress)
            throws DeployFailed, InterruptedException {
        if (deployment.force()) {
            fresh.assumeHealthy();
            fresh.resumeChecks();
            return;
        }
        fresh.startChecks(progress);
        fresh.awaitHealthy(deployment.deployTimeout());
    }

    // The switch: one volatile write in Services. Returns the balancer that was replaced, or null.
    private @Nullable LoadBalancer activate(
            String name,
            LoadBalancer fresh,
            ServiceOptions options,
            TargetOptions targetOptions,
            @Nullable CertificateSource certificates,
            ErrorPages pages,
            @Nullable Service standing)
            throws ControlFailure {
        Service[] before = new Service[1];
        services.install(name, options, now -> {
            if (standing != null && now == null) {
                throw new ControlFailure(
                        ControlFailure.Kind.CONFLICT, "service was removed while it was being deployed");
            }
            if (now == null) {
                return new Service(
                        name,
                        options,
                        targetOptions,
                        fresh,
                        null,
                        null,
                        new PauseGate(),
                        pages,
                        certificates,
                        null,
                        null);
            }
            before[0] = now;
            return new Service(
                    name,
                    options,
                    targetOptions,
                    fresh,
                    now.rolloutTargets(),
                    now.rollout(),
                    now.gate(),
                    pages,
                    certificates,
                    null,
                    null);
        });
        if (before[0] == null) {
            return null;
        }
        before[0].closeCertificates();
        return before[0].active();
    }

    private void retire(@Nullable LoadBalancer replaced, Deployment deployment, DeployProgress progress)
            throws InterruptedException {
        if (replaced != null) {
            replaced.retire();
            progress.draining(replaced.inflight());
            drain.retired(replaced, deployment.drainTimeout());
        }
    }

    private static void log(String what, String name, Deployment deployment, ServiceOptions options) {
        Events.info(
                what,
                "service",
                name,
                "targets",
                deployment.allTargets(),
                "hosts",
                options.hosts(),
                "paths",
                options.pathPrefixes(),
                "tls",
                options.tls().enabled());
    }
}
