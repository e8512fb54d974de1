/** Bodies that are held back: in memory up to a limit, then in a file. */
@NullMarked
package dev.sluice.buffer;

import org.jspecify.annotations.NullMarked;
