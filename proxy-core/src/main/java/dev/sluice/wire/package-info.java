/** HTTP/1.1 as bytes (RFC 9112): messages written to a connection, and read from one. Knows no request's way. */
@NullMarked
package dev.sluice.wire;

import org.jspecify.annotations.NullMarked;
