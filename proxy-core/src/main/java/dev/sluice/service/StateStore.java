package dev.sluice.service;

import java.util.Collection;

/** Keeps the services across restarts. Called under the writer's lock, one save at a time; may block. */
public interface StateStore {

    /** Stores all services; a failure is logged, and what was stored before stays. */
    void save(Collection<Service> services);

    StateStore NONE = services -> {};
}
