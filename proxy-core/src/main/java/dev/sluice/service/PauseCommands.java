package dev.sluice.service;

import dev.sluice.observe.Events;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Holds, stops and resumes the requests of a service. Blocking; for virtual threads. */
public final class PauseCommands {
    private final Services services;
    private final Drain drain;

    public PauseCommands(Services services, Traffic traffic) {
        this.services = services;
        this.drain = new Drain(traffic);
    }

    /**
     * Holds new requests, then returns when those in flight are done.
     *
     * @param maxPause how long each request may be held
     */
    public void pause(String name, Duration drainTimeout, Duration maxPause)
            throws ControlFailure, InterruptedException {
        close(name, new PauseGate.Paused(maxPause), drainTimeout, "Service paused");
    }

    /**
     * Answers new requests with 503, then returns when those in flight are done.
     *
     * @param message for visitors; empty for the page's own words
     */
    public void stop(String name, Duration drainTimeout, String message) throws ControlFailure, InterruptedException {
        close(name, new PauseGate.Stopped(message), drainTimeout, "Service stopped");
    }

    /** Lets requests pass again, held ones first. */
    public void resume(String name) throws ControlFailure {
        services.changeGate(name, PauseGate.RUNNING);
        Events.info("Service resumed", "service", name);
    }

    private void close(String name, PauseGate.State state, Duration drainTimeout, String event)
            throws ControlFailure, InterruptedException {
        Service service = services.changeGate(name, state);
        Events.info(event, "service", name);
        List<Target> targets = new ArrayList<>(service.active().targets());
        LoadBalancer rollout = service.rolloutTargets();
        if (rollout != null) {
            targets.addAll(rollout.targets());
        }
        drain.gated(targets, drainTimeout, service.gate());
        Events.info("Service drained", "service", name);
    }
}
