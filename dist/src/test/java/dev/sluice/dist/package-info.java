/** Tests of the built distribution: they start target/sluice as its users do and look at what comes out. */
@NullMarked
package dev.sluice.dist;

import org.jspecify.annotations.NullMarked;
