package dev.sluice.observe;

/**
 * One certificate that a service serves, as the metrics tell of it.
 *
 * @param name the first host name in it
 * @param key {@code EC}, {@code RSA} and so on
 * @param notAfterSeconds when it stops being valid, since 1970
 */
public record ServedCertificateSample(String service, String name, String key, long notAfterSeconds) {}
