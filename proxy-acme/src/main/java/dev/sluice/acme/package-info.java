/** Certificates that the proxy obtains by itself. */
@NullMarked
package dev.sluice.acme;

import org.jspecify.annotations.NullMarked;
