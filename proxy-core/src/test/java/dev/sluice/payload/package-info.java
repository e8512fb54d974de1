/** HTTP/1 requests of every ugly kind, what must become of each, and what other proxies make of them. */
@NullMarked
package dev.sluice.payload;

import org.jspecify.annotations.NullMarked;
