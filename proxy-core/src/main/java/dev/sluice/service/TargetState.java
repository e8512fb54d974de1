package dev.sluice.service;

import java.util.Locale;

/** Where a target is in its life. The names in lower case are those of the log. */
public enum TargetState {
    /** New, not yet found healthy; takes no requests. */
    ADDING,
    HEALTHY,
    UNHEALTHY,
    /** Being replaced; requests in flight may finish, new ones are refused. */
    DRAINING;

    private final String label = name().toLowerCase(Locale.ROOT);

    public String label() {
        return label;
    }
}
