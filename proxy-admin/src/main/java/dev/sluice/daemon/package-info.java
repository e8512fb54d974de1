/** The daemon: where everything is put together, started and stopped. */
@NullMarked
package dev.sluice.daemon;

import org.jspecify.annotations.NullMarked;
