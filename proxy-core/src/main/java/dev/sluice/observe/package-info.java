/** What operators get to see: event log, access log, metrics. Encoding and writing happen off the event loops. */
@NullMarked
package dev.sluice.observe;

import org.jspecify.annotations.NullMarked;
