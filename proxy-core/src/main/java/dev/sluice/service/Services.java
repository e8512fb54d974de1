package dev.sluice.service;

import dev.sluice.observe.Events;
import dev.sluice.observe.RequestMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All services, and the only one who changes them. Every change makes a new {@link RouteTable}, publishes it with one
 * volatile write, and stores it; changes are made one after another. Blocking; for virtual threads, but {@link #table}
 * is for anyone.
 */
public final class Services {
    private final StateStore store;
    private final RequestMetrics metrics;
    private final ReentrantLock writing = new ReentrantLock();
    private final Map<String, ReentrantLock> deploys = new ConcurrentHashMap<>();
    private volatile RouteTable table = RouteTable.EMPTY;

    public Services(StateStore store, RequestMetrics metrics) {
        this.store = store;
        this.metrics = metrics;
    }

    /** The services at this moment; read it once per decision. */
    public RouteTable table() {
        return table;
    }

    /**
     * @throws ControlFailure when there is no service of that name
     */
    public Service get(String name) throws ControlFailure {
        Service service = table.find(name);
        if (service == null) {
            throw ControlFailure.serviceNotFound();
        }
        return service;
    }

    /** Held while a service's new targets wait for their health: a second deploy of the name waits for the first. */
    ReentrantLock deployLock(String name) {
        return deploys.computeIfAbsent(name, _ -> new ReentrantLock(true));
    }

    /** Publishes what was stored before a restart, without storing it again. */
    public void restore(Collection<Service> services) {
        writing.lock();
        try {
            table = RouteTable.of(services);
            services.forEach(s -> {
                s.active().assumeHealthy();
                s.active().resumeChecks();
                LoadBalancer rollout = s.rolloutTargets();
                if (rollout != null) {
                    rollout.assumeHealthy();
                    rollout.resumeChecks();
                }
            });
        } finally {
            writing.unlock();
        }
    }

    /**
     * Refuses hosts and paths that another service owns.
     *
     * @throws ControlFailure naming no one, as kamal-proxy does; the owner is in the log
     */
    void requireFree(String name, ServiceOptions normalised) throws ControlFailure {
        Service owner = table.conflict(name, normalised);
        if (owner != null) {
            Events.error("Host settings conflict with another service", "service", owner.name());
            throw ControlFailure.hostConflict();
        }
    }

    /** Makes a service from the one of that name that stands now, or null; checks for conflicts and publishes. */
    Service install(String name, ServiceOptions normalised, Installation installation) throws ControlFailure {
        writing.lock();
        try {
            requireFree(name, normalised);
            Service next = installation.over(table.find(name));
            publish(next);
            return next;
        } finally {
            writing.unlock();
        }
    }

    /** Makes the service that is to stand from the one that does. */
    @FunctionalInterface
    interface Installation {
        Service over(@Nullable Service standing) throws ControlFailure;
    }

    /** Replaces a service by a changed one; returns the one that stood before. */
    Service change(String name, Change how) throws ControlFailure {
        writing.lock();
        try {
            Service before = get(name);
            publish(how.apply(before));
            return before;
        } finally {
            writing.unlock();
        }
    }

    /** Makes the changed service from the one that stands. */
    @FunctionalInterface
    interface Change {
        Service apply(Service standing) throws ControlFailure;
    }

    /** Opens or closes the gate of a service and stores that; returns the service. */
    Service changeGate(String name, PauseGate.State state) throws ControlFailure {
        writing.lock();
        try {
            Service service = get(name);
            service.gate().change(state);
            store.save(table.services());
            return service;
        } finally {
            writing.unlock();
        }
    }

    /**
     * Takes a service out: requests for it get 404 at once, those in flight run on, and held ones are let go.
     *
     * @throws ControlFailure when there is no service of that name
     */
    public void remove(String name) throws ControlFailure {
        Service removed;
        writing.lock();
        try {
            removed = get(name);
            Map<String, Service> left = byName();
            left.remove(name);
            table = RouteTable.of(left.values());
            store.save(table.services());
        } finally {
            writing.unlock();
        }
        removed.active().retireQuietly();
        LoadBalancer rollout = removed.rolloutTargets();
        if (rollout != null) {
            rollout.retireQuietly();
        }
        removed.closeCertificates();
        metrics.forget(name);
        removed.gate().releaseAll();
    }

    private void publish(Service service) {
        Map<String, Service> all = byName();
        all.put(service.name(), service);
        table = RouteTable.of(new ArrayList<>(all.values()));
        store.save(table.services());
    }

    private Map<String, Service> byName() {
        Map<String, Service> all = new LinkedHashMap<>();
        table.services().forEach(s -> all.put(s.name(), s));
        return all;
    }
}
