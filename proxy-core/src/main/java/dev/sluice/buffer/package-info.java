/**
 * Bodies on their way: held back in memory up to a limit and then in a file, read in parts that fit their size, or moved by
 * the kernel without being read.
 */
@NullMarked
package dev.sluice.buffer;

import org.jspecify.annotations.NullMarked;
