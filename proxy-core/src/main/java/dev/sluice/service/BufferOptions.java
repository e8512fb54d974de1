package dev.sluice.service;

/**
 * Whether and how far message bodies are held back before they are passed on.
 *
 * @param requests hold a request until its body is complete
 * @param responses hold a response until its body is complete
 * @param memory bytes of one body kept in memory; the rest goes to a file
 * @param maxRequestBody bytes; 0 is unlimited; only enforced when requests are buffered
 * @param maxResponseBody bytes; 0 is unlimited; only enforced when responses are buffered
 */
public record BufferOptions(
        boolean requests, boolean responses, long memory, long maxRequestBody, long maxResponseBody) {

    public static final BufferOptions DEFAULT = new BufferOptions(false, false, 1L << 20, 0, 0);
}
