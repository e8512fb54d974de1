/** How much of everything a client may take, and what is counted when it takes more. */
@NullMarked
package dev.sluice.edge;

import org.jspecify.annotations.NullMarked;
