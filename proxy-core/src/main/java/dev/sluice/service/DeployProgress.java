package dev.sluice.service;

import dev.sluice.tls.CertificateStatus;
import java.util.List;

/** Told how a deploy comes along, on the deploy's thread or a health check's; must return quickly. */
public interface DeployProgress {

    DeployProgress SILENT = new DeployProgress() {};

    /** A health check of a new target has ended. */
    default void checked(Target target, int tries, HealthResult result) {}

    /** New requests go to the new targets from here on. */
    default void switched() {}

    /** How the service's automatic certificates stand when the deploy is done with all else. */
    default void certificates(List<CertificateStatus> statuses) {}

    /** The replaced targets are being drained. */
    default void draining(long inflight) {}
}
