/** The state file: services kept across restarts, in kamal-proxy's format. Blocking; for the control plane's threads. */
@NullMarked
package dev.sluice.state;

import org.jspecify.annotations.NullMarked;
