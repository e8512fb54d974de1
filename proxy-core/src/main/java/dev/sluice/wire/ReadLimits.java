package dev.sluice.wire;

/**
 * What a message may have.
 *
 * @param line bytes of the first line
 * @param fieldBytes bytes of all fields; the same again for trailers
 * @param fields how many; the same again for trailers
 */
public record ReadLimits(int line, int fieldBytes, int fields) {}
