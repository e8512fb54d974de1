package dev.sluice.service;

/**
 * A certificate that the operator brings, on the daemon's file system.
 *
 * @param chain PEM, the server's own certificate first
 * @param key PEM
 */
public record CertificateFiles(String chain, String key) {}
