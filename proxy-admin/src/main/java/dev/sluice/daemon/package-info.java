/** The daemon's side of the program: its options, its paths, and the composition root that starts it. */
@NullMarked
package dev.sluice.daemon;

import org.jspecify.annotations.NullMarked;
