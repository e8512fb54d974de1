package dev.sluice.observe;

/**
 * One name's certificate as the metrics tell of it.
 *
 * @param state {@code valid}, {@code ordering} and so on
 * @param failures attempts to obtain it that failed since one succeeded
 */
public record CertificateSample(String service, String name, String state, int failures) {}
