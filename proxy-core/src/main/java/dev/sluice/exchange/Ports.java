package dev.sluice.exchange;

/**
 * The ports on which clients reach the proxy, for redirects.
 *
 * @param http plain HTTP, as bound
 * @param https TLS, as bound
 */
public record Ports(int http, int https) {}
