/** Pure functions on headers, hosts, paths and pages. */
@NullMarked
package dev.sluice.http;

import org.jspecify.annotations.NullMarked;
