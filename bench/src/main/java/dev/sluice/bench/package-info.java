/** How long the pieces of the request path take, and what they allocate. */
@org.jspecify.annotations.NullMarked
package dev.sluice.bench;
