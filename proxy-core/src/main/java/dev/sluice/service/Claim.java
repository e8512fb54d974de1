package dev.sluice.service;

/**
 * What asking for a target comes to: a {@link Target} that now counts the request until it is released, or the reason
 * why there is none. A target is its own success value, so that a claim allocates nothing.
 */
public sealed interface Claim permits Target, Claim.Refused {

    /** No target was claimed. */
    enum Refused implements Claim {
        /** No target is healthy. */
        NO_HEALTHY_TARGET,
        /** The targets were replaced since the routes were read: read them again. */
        REPLACED
    }
}
