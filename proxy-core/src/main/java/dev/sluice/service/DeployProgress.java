package dev.sluice.service;

/** Told how a deploy comes along, on the deploy's thread or a health check's; must return quickly. */
public interface DeployProgress {

    DeployProgress SILENT = new DeployProgress() {};

    /** A health check of a new target has ended. */
    default void checked(Target target, int tries, HealthResult result) {}

    /** New requests go to the new targets from here on. */
    default void switched() {}

    /** The replaced targets are being drained. */
    default void draining(long inflight) {}
}
