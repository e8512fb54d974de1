package dev.sluice.service;

import java.time.Duration;
import java.util.List;

/** The new targets did not become healthy in time. The first line is kamal-proxy's; the evidence is ours. */
public final class DeployFailed extends ControlFailure {
    private static final long serialVersionUID = 1L;

    private final transient List<TargetEvidence> evidence;

    DeployFailed(Duration timeout, List<TargetEvidence> evidence) {
        super(
                Kind.UNHEALTHY,
                "target failed to become healthy within configured timeout (" + GoDuration.format(timeout) + ")");
        this.evidence = List.copyOf(evidence);
    }

    /** What is known of each target, in the order in which they were given. */
    public List<TargetEvidence> evidence() {
        return evidence;
    }
}
