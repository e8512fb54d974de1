package dev.sluice.exchange;

/**
 * Stands in the place of a request that must not be processed. It is answered in its turn, after the answers to the
 * requests before it, and the connection is closed.
 *
 * @param reason for the log
 */
public record RejectedRequest(int status, String reason) {}
