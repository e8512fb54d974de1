/** What reads the bytes of strangers, given any bytes at all. See docs/testing.md. */
@NullMarked
package dev.sluice.fuzz;

import org.jspecify.annotations.NullMarked;
