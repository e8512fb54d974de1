package dev.sluice.observe;

/**
 * One target as the metrics tell of it.
 *
 * @param target its address
 * @param state {@code healthy}, {@code unhealthy} and so on
 */
public record TargetSample(String service, String target, String state) {}
