/** Everything at once, for a long time. */
@NullMarked
package dev.sluice.soak;

import org.jspecify.annotations.NullMarked;
