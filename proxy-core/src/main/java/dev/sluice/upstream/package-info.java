/** The targets' side: connections to them, and what comes back. */
@NullMarked
package dev.sluice.upstream;

import org.jspecify.annotations.NullMarked;
