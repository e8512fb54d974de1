/** One request from its arrival to its log line. {@link dev.sluice.exchange.RequestPath} is the place to start. */
@NullMarked
package dev.sluice.exchange;

import org.jspecify.annotations.NullMarked;
