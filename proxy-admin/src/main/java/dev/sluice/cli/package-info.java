/** The command line under both its names: cobra's grammar and words outside, picocli's model inside. No Netty here. */
@NullMarked
package dev.sluice.cli;

import org.jspecify.annotations.NullMarked;
