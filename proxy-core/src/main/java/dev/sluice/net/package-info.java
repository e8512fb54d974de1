/** Sockets and pipelines: what the bytes pass through before they are requests. */
@NullMarked
package dev.sluice.net;

import org.jspecify.annotations.NullMarked;
