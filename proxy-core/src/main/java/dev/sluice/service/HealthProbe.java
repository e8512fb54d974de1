package dev.sluice.service;

import dev.sluice.service.DeliveryOptions.ProxyProtocol;

/** One health check of one target: blocking, for virtual threads; returns within the options' timeout and a little. */
public interface HealthProbe {

    HealthResult probe(TargetAddress address, HealthCheckOptions options) throws InterruptedException;

    /** The same on a connection that begins with a PROXY header, if that is sent to the target's own port. */
    default HealthResult probe(TargetAddress address, HealthCheckOptions options, ProxyProtocol header)
            throws InterruptedException {
        return probe(address, options);
    }
}
