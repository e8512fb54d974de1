package dev.sluice.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Lets the requests of one service pass, holds them, or turns them away. It belongs to the service's name: it outlives
 * deploys. Event loops read {@link #state} (one volatile read) and may leave a waiter; nobody blocks here.
 */
public final class PauseGate {

    /** What becomes of a new request. */
    public sealed interface State {}

    /** Requests pass. */
    public record Running() implements State {}

    /**
     * Requests are held.
     *
     * @param maxPause how long each may be held, counted from its arrival
     */
    public record Paused(Duration maxPause) implements State {}

    /**
     * Requests are answered with 503.
     *
     * @param message shown to visitors; empty for the page's own words
     */
    public record Stopped(String message) implements State {}

    public static final Running RUNNING = new Running();

    private volatile State state;
    private final Set<Runnable> waiters = new LinkedHashSet<>();

    public PauseGate() {
        this(RUNNING);
    }

    public PauseGate(State initial) {
        this.state = initial;
    }

    public State state() {
        return state;
    }

    public boolean running() {
        return state == RUNNING;
    }

    /**
     * Leaves a waiter that is run once, on the thread of whoever opens or stops the service. Returns false, and keeps
     * nothing, when the service is not paused (any more): look at the state again.
     */
    public synchronized boolean hold(Runnable waiter) {
        return state instanceof Paused && waiters.add(waiter);
    }

    /** Takes a waiter back: its client left or its time ran out. */
    public synchronized void forget(Runnable waiter) {
        waiters.remove(waiter);
    }

    public synchronized int waiting() {
        return waiters.size();
    }

    void change(State next) {
        List<Runnable> released = List.of();
        synchronized (this) {
            state = next instanceof Running ? RUNNING : next;
            if (!(next instanceof Paused)) {
                released = takeAll();
            }
        }
        released.forEach(Runnable::run);
    }

    /** The service is gone: held requests look for their service anew. */
    void releaseAll() {
        List<Runnable> released;
        synchronized (this) {
            state = RUNNING;
            released = takeAll();
        }
        released.forEach(Runnable::run);
    }

    private List<Runnable> takeAll() {
        List<Runnable> all = new ArrayList<>(waiters);
        waiters.clear();
        return all;
    }
}
