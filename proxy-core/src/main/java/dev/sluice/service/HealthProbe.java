package dev.sluice.service;

/** One health check of one target: blocking, for virtual threads; returns within the options' timeout and a little. */
public interface HealthProbe {

    HealthResult probe(TargetAddress address, HealthCheckOptions options) throws InterruptedException;
}
